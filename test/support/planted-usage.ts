// Calls and feature runs with figures a test can add up itself. In: the owner's URL. Out: rows in the ledger.

import { runSql } from './api.ts'
import type { TestDatabase } from './test-database.ts'

export interface PlantedCall {
  at: number
  /** NULL: its model has no price. */
  cost: string | null
  org?: string
  deal?: string
  feature?: string
  model?: string
  department?: string
  agent?: string
  version?: string
  status?: string
  traceId?: string
}

let planted = 0
const idOf = (digits: number): string => planted.toString(16).padStart(digits, '0')

export async function plantCalls(database: TestDatabase, calls: PlantedCall[]): Promise<void> {
  const rows = calls.map((call) => {
    planted += 1
    const defaults = {
      org: 'acme',
      deal: 'falcon',
      feature: 'chat',
      model: 'gpt-test',
      department: 'legal',
      agent: 'scout',
    }
    return {
      ...{ ...defaults, version: 'v1', status: 'success', traceId: idOf(32), spanId: idOf(16), ...call },
      at: new Date(call.at).toISOString(),
    }
  })
  const json = JSON.stringify(rows)
  await ensurePartitions(database, 'llm_usage', json)
  await runSql(
    database,
    `insert into llm_usage (org_id, trace_id, span_id, created_at, deal_id, department, agent_id, version, provider, model, feature,
       status, latency_ms, input_tokens, output_tokens, calls, unpriced_calls, cost_usd, price_status)
     select org, "traceId", "spanId", at, deal, department, agent, version, 'openai', model, feature, status, 100, 100, 50, 1,
       (cost is null)::int, cost, case when cost is null then 'unpriced' else 'priced' end
     from jsonb_to_recordset($1::jsonb) as r (org text, "traceId" text, "spanId" text, at timestamptz, deal text, department text,
       agent text, version text, model text, feature text, status text, cost numeric)`,
    [json],
  )
}

export interface PlantedRun {
  at: number
  feature: string
  status: string
  deal?: string
  version?: string
  error?: string
}

export async function plantRuns(database: TestDatabase, runs: PlantedRun[]): Promise<void> {
  const rows = runs.map((run) => {
    planted += 1
    return { deal: 'falcon', version: 'v1', error: '', id: idOf(32), ...run, at: new Date(run.at).toISOString() }
  })
  const json = JSON.stringify(rows)
  await ensurePartitions(database, 'feature_usage', json)
  await runSql(
    database,
    `insert into feature_usage (org_id, trace_id, span_id, created_at, feature_name, status, duration_ms, deal_id, version, error_message)
     select 'acme', id, right(id, 16), at, feature, status, 10, deal, version, error
     from jsonb_to_recordset($1::jsonb) as r (id text, at timestamptz, feature text, status text, deal text, version text, error text)`,
    [json],
  )
}

const ensurePartitions = (database: TestDatabase, table: string, json: string) =>
  runSql(
    database,
    `select ensure_partitions('${table}', min(at), max(at)) from jsonb_to_recordset($1::jsonb) as r (at timestamptz)`,
    [json],
  )

// Two organisations with a row in every tenant table, for tenancy tests. In: the owner's URL. Out: their ids and reader
// logins. A tenant table missing here fails the tenancy suite: its rows could not be attacked.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { createReader, createTenant, dropTenant } from '../../src/cli/tenants.ts'

export interface Tenant {
  orgId: string
  /** In every text of its rows: seeing it means seeing the row. */
  marker: string
  reader: { role: string; password: string }
}

const TIME = '2026-11-20 12:00:00+00'

/** $1 org_id, $2 marker. Fingerprints and digests are hex by their tables' rules. */
const ROWS: Record<string, string> = {
  members: "insert into members (org_id, user_id, role) values ($1, $2, 'member')",
  deals: 'insert into deals (org_id, deal_id, name) values ($1, $2, $2)',
  departments: 'insert into departments (org_id, department, owner) values ($1, $2, $2)',
  environments: 'insert into environments (org_id, environment, description) values ($1, $2, $2)',
  agents: 'insert into agents (org_id, agent_id, name) values ($1, $2, $2)',
  tenant_readers: '',
  organisations: '',
  trace_spans: `insert into trace_spans (org_id, trace_id, span_id, start_time, duration_ns, name, deal_id) values ($1, $2, '1', '${TIME}', 1, $2, $2)`,
  trace_parts: '',
  llm_usage: `insert into llm_usage (org_id, trace_id, span_id, created_at, deal_id, feature, department, agent_id, model, provider, environment, version, calls, cost_usd, price_status, latency_ms)
    values ($1, $2, '1', '${TIME}', $2, $2, $2, $2, $2, $2, $2, $2, 1, 1.25, 'priced', 100)`,
  usage_daily: '',
  usage_hourly: '',
  feature_usage: `insert into feature_usage (org_id, trace_id, span_id, created_at, feature_name, status, duration_ms) values ($1, $2, '1', '${TIME}', $2, 'success', 1)`,
  structured_logs: `insert into structured_logs (org_id, time, log_id, body, trace_id) values ($1, '${TIME}', gen_random_uuid(), $2, $2)`,
  request_metrics: `insert into request_metrics (org_id, trace_id, span_id, created_at, route, duration_ms) values ($1, $2, '1', '${TIME}', $2, 1)`,
  rag_metrics: `insert into rag_metrics (org_id, trace_id, span_id, created_at, step, duration_ms) values ($1, $2, '1', '${TIME}', $2, 1)`,
  cache_metrics: `insert into cache_metrics (org_id, trace_id, span_id, created_at, cache_name, duration_ms) values ($1, $2, '1', '${TIME}', $2, 1)`,
  system_metrics: `insert into system_metrics (org_id, created_at, record_id, metric, value) values ($1, '${TIME}', gen_random_uuid(), $2, 1)`,
  alert_instances: `insert into alert_instances (org_id, fingerprint, starts_at, alert_name, severity, labels, annotations, group_labels, source)
    values ($1, substr(encode(sha256(convert_to($2, 'UTF8')), 'hex'), 1, 16), '${TIME}', 'AttackedAlert', 'warning', jsonb_build_object('x', $2), '{}', '{}', 'webhook')`,
  alert_events: `insert into alert_events (org_id, fingerprint, starts_at, kind, actor) values ($1, substr(encode(sha256(convert_to($2, 'UTF8')), 'hex'), 1, 16), '${TIME}', 'note', $2)`,
  alert_notifications: `insert into alert_notifications (org_id, fingerprint, starts_at, status, receiver, delivery_digest)
    values ($1, substr(encode(sha256(convert_to($2, 'UTF8')), 'hex'), 1, 16), '${TIME}', 'firing', $2, $2)`,
  alert_silences: 'insert into alert_silences (org_id, silence_id) values ($1, $2)',
  alert_addresses:
    "insert into alert_addresses (org_id, user_id, address) select $1, user_id, $2 || '@example.test' from members where org_id = $1",
  alert_mails: 'insert into alert_mails (org_id, delivery_digest, user_id, sent, at) values ($1, $2, $2, true, now())',
  budgets:
    "insert into budgets (org_id, scope, scope_id, period, amount_usd, thresholds) values ($1, 'deal', $2, 'day', 5, '{100}')",
  budget_crossings: `insert into budget_crossings (org_id, scope, scope_id, period, period_start, amount_usd, threshold, used_usd)
    values ($1, 'deal', $2, 'day', '2026-11-20', 5, 100, 6)`,
  demo_data_runs: `insert into demo_data_runs (org_id, seed, days, traces, until_time) values ($1, 1, 1, 1, '${TIME}')`,
  split_days: `insert into split_days (org_id, day) values ($1, '${TIME}')`,
  response_traces: `insert into response_traces (org_id, day, response_hash, trace_id) values ($1, '${TIME}', 1, md5($2)::uuid)`,
  split_responses: `insert into split_responses (org_id, day, response_hash, trace_id) values ($1, '${TIME}', 1, md5($2)::uuid)`,
  api_keys:
    "insert into api_keys (org_id, key_sha256, name, created_by) values ($1, encode(sha256(convert_to($2, 'UTF8')), 'hex'), $2, $2)",
}

export async function createTwoTenants(ownerUrl: string): Promise<{ a: Tenant; b: Tenant; drop: () => Promise<void> }> {
  const client = new pg.Client(ownerUrl)
  await client.connect()
  await client.query(`select ensure_partitions(table_name::text, '${TIME}', '${TIME}') from storage_settings`)
  await client.query(
    "insert into alert_rules (alert_name, severity) values ('AttackedAlert', 'warning') on conflict do nothing",
  )
  const suffix = randomBytes(4).toString('hex')
  const tenants: Tenant[] = []
  for (const letter of ['a', 'b']) {
    const orgId = `tenant-${letter}-${suffix}`
    const marker = `secret-of-${letter}-${suffix}`
    await createTenant(client, orgId, marker)
    for (const [table, insert] of Object.entries(ROWS)) {
      if (insert)
        await client.query(insert, insert.includes('$2') ? [orgId, marker] : [orgId]).catch((error: Error) => {
          throw new Error(`row of ${table}: ${error.message}`, { cause: error })
        })
    }
    tenants.push({ orgId, marker, reader: await createReader(client, orgId) })
  }
  await client.end()
  const [a, b] = tenants as [Tenant, Tenant]
  return {
    a,
    b,
    drop: async () => {
      const cleaner = new pg.Client(ownerUrl)
      await cleaner.connect()
      for (const { orgId } of tenants) await dropTenant(cleaner, orgId)
      await cleaner.end()
    },
  }
}

// The real api over a test database. In: database, clock, extra environment. Out: its URL, signed tokens, and JSON calls.
import { SignJWT } from 'jose'
import pg from 'pg'
import { createApi } from '../../src/api/api.ts'
import { loadApiConfig } from '../../src/api/config.ts'
import { type Clock, systemClock } from '../../src/shared/clock.ts'
import { closeServer, listen } from '../../src/shared/listen.ts'
import { createLogger } from '../../src/shared/logger.ts'
import { createAnswerCheck } from './openapi.ts'
import type { TestDatabase } from './test-database.ts'

export const JWT_SECRET = 'test-secret-of-at-least-32-characters'
export const WEBHOOK_TOKEN = 'test-webhook-token'

export interface Answer {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of many shapes
  body: any
}

export interface TestApi {
  url: string
  api: ReturnType<typeof createApi>
  call: (method: string, path: string, options?: CallOptions) => Promise<Answer>
  close: () => Promise<void>
}

export interface CallOptions {
  /** User id to sign a token for. */
  as?: string
  org?: string
  body?: unknown
  headers?: Record<string, string>
}

export async function startTestApi(
  database: TestDatabase,
  options: { clock?: Clock; env?: Record<string, string>; jobs?: boolean; port?: number } = {},
): Promise<TestApi> {
  const config = loadApiConfig({
    API_DATABASE_URL: database.apiUrl,
    API_WEBHOOK_TOKEN: WEBHOOK_TOKEN,
    API_JWT_SECRET: JWT_SECRET,
    // Nothing listens there; tests that need them pass the real ones.
    API_ALERTMANAGER_URL: 'http://127.0.0.1:1',
    API_PROMETHEUS_URL: 'http://127.0.0.1:1',
    ...options.env,
  })
  const api = createApi(config, { clock: options.clock ?? systemClock, logger: createLogger('api', 'silent') })
  await api.warmUp()
  const { server, url } = await listen(api.app, options.port ?? 0, '127.0.0.1')
  const checkAnswer = createAnswerCheck(await (await fetch(`${url}/api/v1/openapi.json`)).json())
  const jobs = options.jobs ? api.startJobs() : undefined
  return {
    url,
    api,
    call: async (method, path, { as, org, body, headers } = {}) => {
      const response = await fetch(url + path, {
        method,
        redirect: 'manual',
        headers: {
          ...(as && { authorization: `Bearer ${await tokenFor(as)}` }),
          ...(org && { 'x-organization-id': org }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      const isJson = response.headers.get('content-type')?.includes('json')
      const parsed = isJson ? JSON.parse(text) : undefined
      // Every answer of every test is held to the OpenAPI document.
      if (isJson) checkAnswer(method, path, response.status, parsed)
      return { status: response.status, headers: response.headers, text, body: parsed }
    },
    close: async () => {
      await jobs?.close()
      await closeServer(server, 100)
      await api.close()
    },
  }
}

export const tokenFor = (userId: string, expires: string | Date = '1h', secret = JWT_SECRET): Promise<string> =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(userId)
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret))

/** Runs SQL as the owner of the test database. */
export async function runSql<T extends pg.QueryResultRow>(
  database: TestDatabase,
  sql: string,
  values: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client(database.ownerUrl)
  await client.connect()
  try {
    return (await client.query<T>(sql, values)).rows
  } finally {
    await client.end()
  }
}

export interface BookedCall {
  orgId: string
  at: Date
  costUsd: string | null
  dealId?: string
  department?: string
  agentId?: string
  model?: string
  provider?: string
  feature?: string
  status?: string
  latencyMs?: number
  traceId?: string
  spanId?: string
}

let booked = 0

/** Books calls as the ledger does: lines in llm_usage; its trigger keeps the roll-ups. */
export async function bookCalls(database: TestDatabase, calls: BookedCall[]): Promise<void> {
  const rows = calls.map((call) => {
    booked += 1
    return {
      org_id: call.orgId,
      trace_id: call.traceId ?? booked.toString(16).padStart(32, '0'),
      span_id: call.spanId ?? booked.toString(16).padStart(16, '0'),
      created_at: call.at.toISOString(),
      deal_id: call.dealId ?? '',
      department: call.department ?? '',
      agent_id: call.agentId ?? '',
      provider: call.provider ?? 'openai',
      model: call.model ?? 'gpt-test',
      feature: call.feature ?? 'chat',
      status: call.status ?? 'success',
      latency_ms: call.latencyMs ?? 100,
      input_tokens: 100,
      output_tokens: 50,
      calls: 1,
      unpriced_calls: call.costUsd === null ? 1 : 0,
      cost_usd: call.costUsd,
      price_status: call.costUsd === null ? 'unpriced' : 'priced',
    }
  })
  await runSql(
    database,
    `with days as (select distinct (r ->> 'created_at')::timestamptz as at from jsonb_array_elements($1::jsonb) as r)
     select ensure_partitions('llm_usage', min(at), max(at)) from days`,
    [JSON.stringify(rows)],
  )
  await runSql(
    database,
    `insert into llm_usage (org_id, trace_id, span_id, created_at, deal_id, department, agent_id, provider, model, feature,
       status, latency_ms, input_tokens, output_tokens, calls, unpriced_calls, cost_usd, price_status)
     select r.org_id, r.trace_id, r.span_id, r.created_at, r.deal_id, r.department, r.agent_id, r.provider, r.model, r.feature,
       r.status, r.latency_ms, r.input_tokens, r.output_tokens, r.calls, r.unpriced_calls, r.cost_usd, r.price_status
       from jsonb_to_recordset($1::jsonb) as r (org_id text, trace_id text, span_id text, created_at timestamptz, deal_id text,
         department text, agent_id text, provider text, model text, feature text, status text, latency_ms int,
         input_tokens int, output_tokens int, calls smallint, unpriced_calls smallint, cost_usd numeric, price_status text)`,
    [JSON.stringify(rows)],
  )
}

/** Organisations acme and globex; anna (admin, acme), bert (member, acme), gina (admin, globex), duo (both), root (superadmin). */
export async function seedOrganisations(database: TestDatabase): Promise<void> {
  await runSql(
    database,
    `insert into organisations (org_id, name) values ('acme', 'Acme'), ('globex', 'Globex');
     insert into members (org_id, user_id, role) values ('acme', 'anna', 'admin'), ('acme', 'bert', 'member'),
       ('globex', 'gina', 'admin'), ('acme', 'duo', 'member'), ('globex', 'duo', 'admin'), ('acme', 'root', 'superadmin');
     insert into deals (org_id, deal_id, name) values ('acme', 'falcon', 'Falcon'), ('globex', 'eagle', 'Eagle');
     insert into departments (org_id, department) values ('acme', 'legal');
     insert into agents (org_id, agent_id, name) values ('acme', 'scout', 'Scout')`,
  )
}

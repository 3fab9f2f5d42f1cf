// The running stack as the end-to-end cases see it: requests in, and what Prometheus, Postgres, the Tempo branch and the
// inbox hold afterwards.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import type { Stack } from '../../stack/start-stack.ts'
import { pollUntil } from '../support/poll.ts'

export interface Mail {
  id: string
  receivedAt: string
  to: string[]
  subject: string
  text: string
  html: string
}

export interface World {
  stack: Stack
  /** Base URL of a service by the name of its port variable. */
  url(port: keyof Stack['ports'], path: string): string
  /** Sends a chat with the demo key of a deal. */
  chat(tenant: { orgId: string; dealId: string }, message: string, headers?: Record<string, string>): Promise<Response>
  /** Rows of a query, as the login that may see every organisation. */
  sql<R extends object>(text: string, values?: unknown[]): Promise<R[]>
  /** Value of the single series of a query; NaN when there is none. @throws when there are several. */
  promql(query: string): Promise<number>
  /** True when the Tempo branch has a span of the trace. */
  tempoHas(traceId: string): Promise<boolean>
  /** Mails whose subject contains the text, the newest first; '' means all. */
  mails(subject: string): Promise<Mail[]>
  /** Standing order for the stand-in model server; `{}` clears all. */
  orderModel(behaviour: Record<string, string | number>): Promise<void>
  close(): Promise<void>
}

export function createWorld(stack: Stack): World {
  const pool = new pg.Pool({ connectionString: stack.databaseUrl('spanledger_reader'), max: 4 })
  pool.on('error', () => {}) // Postgres is stopped on purpose
  const keys = new Map(
    String(stack.secrets.DEMO_API_KEYS)
      .split(',')
      .map((triple) => triple.split(':') as [string, string, string])
      .map(([orgId, dealId, key]) => [`${orgId} ${dealId}`, key]),
  )
  const url: World['url'] = (port, path) => `http://127.0.0.1:${stack.ports[port]}${path}`
  return {
    stack,
    url,
    chat: ({ orgId, dealId }, message, headers = {}) =>
      fetch(url('DEMO_PORT', '/api/chat'), {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json',
          authorization: `Bearer ${keys.get(`${orgId} ${dealId}`)}`,
        },
        body: JSON.stringify({ message }),
      }),
    sql: async (text, values = []) => (await pool.query(text, values)).rows,
    async promql(query) {
      const response = await fetch(url('PROMETHEUS_PORT', `/api/v1/query?query=${encodeURIComponent(query)}`))
      const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } }
      if (data.result.length > 1) throw new Error(`${query} gave ${data.result.length} series`)
      return Number(data.result[0]?.value[1] ?? Number.NaN)
    },
    async tempoHas(traceId) {
      const file = join(stack.stateDir, 'data/tempo/traces.jsonl')
      const text = await readFile(file, 'utf8').catch(() => undefined)
      if (text !== undefined) return text.includes(traceId)
      return (await fetch(url('TEMPO_HTTP_PORT', `/api/v2/traces/${traceId}`))).ok
    },
    async mails(subject) {
      const response = await fetch(url('INBOX_WEB_PORT', `/api/messages?subject=${encodeURIComponent(subject)}`))
      return ((await response.json()) as { messages: Mail[] }).messages
    },
    async orderModel(behaviour) {
      const control = url('MODEL_SERVER_PORT', '/control')
      await fetch(control, { method: 'DELETE' })
      if (Object.keys(behaviour).length === 0) return
      const response = await fetch(control, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ behaviour }),
      })
      if (!response.ok) throw new Error(`the model server refused the order: ${await response.text()}`)
    },
    close: () => pool.end(),
  }
}

/** Polls until the query gives exactly this value. */
export const pollValue = (world: World, query: string, expected: number, timeoutMs = 30_000): Promise<void> =>
  pollUntil(
    `${query} = ${expected}`,
    async () => {
      const value = await world.promql(query)
      if (value !== expected) throw new Error(`${value}`)
    },
    { timeoutMs, everyMs: 500 },
  )

/** Polls until the SQL gives exactly these rows. */
export const pollRows = (world: World, text: string, values: unknown[], expected: object[]): Promise<void> =>
  pollUntil(`rows of ${text.replace(/\s+/g, ' ')}`, async () => {
    const rows = await world.sql(text, values)
    if (JSON.stringify(rows) !== JSON.stringify(expected)) throw new Error(JSON.stringify(rows))
  })

// What `make up DEMO=1` does once the stack is up: a week of rows and of metric history, and nothing the second time.
import { resolve } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadDemo } from '../../stack/commands/load-demo.ts'
import { cacheDir, isBuilt } from '../../stack/components.ts'
import type { StackContext } from '../../stack/services/context.ts'
import { loadSettings } from '../../stack/settings.ts'
import { type Stack, startStack } from '../../stack/start-stack.ts'
import { pollUntil } from '../support/poll.ts'

const SIZE = { days: 7, traces: 300 }

describe.skipIf(!isBuilt('prometheus'))('demo data on a running stack', () => {
  let stack: Stack
  let context: StackContext

  beforeAll(async () => {
    stack = await startStack({ services: ['postgres', 'bootstrap', 'ledger', 'prometheus'] })
    const ports = Object.fromEntries(Object.entries(stack.ports).map(([name, port]) => [name, String(port)]))
    context = {
      ...loadSettings({ ...stack.secrets, ...ports }),
      root: resolve(import.meta.dirname, '../..'),
      stateDir: stack.stateDir,
      cache: cacheDir(),
    }
  })
  afterAll(() => stack?.stop())

  const count = async () => {
    const client = new pg.Client(stack.databaseUrl('postgres'))
    await client.connect()
    try {
      const { rows } = await client.query(
        `select (select count(distinct trace_id)::int from trace_spans) as traces, count(*)::int as lines,
           (select count(*)::int from demo_data_runs where finished_at is not null) as finished from llm_usage`,
      )
      return rows[0]
    } finally {
      await client.end()
    }
  }

  it('is loaded once', async () => {
    expect(await count()).toEqual({ traces: 0, lines: 0, finished: 0 })
    expect(await loadDemo(context, SIZE)).toBe(true)
    const loaded = await count()
    expect(loaded).toMatchObject({ traces: SIZE.traces, finished: 3 })
    expect(await loadDemo(context, SIZE)).toBe(true)
    expect(await count()).toEqual(loaded)
  })

  it('has its metric history in the Prometheus that kept running', async () => {
    const expression =
      'sum(histogram_count(last_over_time(gen_ai_client_operation_duration_seconds{job="dealroom"}[8d])))'
    const calls = await pollUntil(
      'Prometheus to take the blocks in',
      async () => {
        const url = `http://127.0.0.1:${stack.ports.PROMETHEUS_PORT}/api/v1/query?query=${encodeURIComponent(expression)}`
        const { data } = (await (await fetch(url)).json()) as { data: { result: { value: [number, string] }[] } }
        expect(data.result).toHaveLength(1)
        return Number(data.result[0]?.value[1])
      },
      { timeoutMs: 150_000, everyMs: 1_000 },
    )
    expect(calls).toBe((await count()).lines)
    const { restarts } = stack.statuses().find(({ name }) => name === 'prometheus') ?? {}
    expect(restarts).toBe(0)
  })
})

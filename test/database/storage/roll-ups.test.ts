import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClients } from '../../support/database-clients.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import { copyLines, type Line, randomLines, seeded } from '../../support/usage-lines.ts'

const SEED = Number(process.env.ROLL_UP_SEED ?? 20261121)
const LINES = randomLines(SEED, 3_000)

const DAILY =
  'deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment'
const HOURLY = 'feature, provider, model, agent_id, department, environment, version'
const SUMS = `sum(calls)::text as calls, sum(unpriced_calls)::text as unpriced, sum(input_tokens)::text as input,
  sum(output_tokens)::text as output, sum(cache_read_tokens)::text as cache_read, sum(cache_write_tokens)::text as cache_write,
  sum(reasoning_tokens)::text as reasoning, trim_scale(coalesce(sum(cost_usd), 0))::text as cost`
const FROM_LINES = `${SUMS}, coalesce(sum(calls) filter (where status <> 'success'), 0)::text as errors,
  coalesce(sum(calls) filter (where status = 'timeout'), 0)::text as timeouts,
  coalesce(sum(calls) filter (where certainty <> 'measured'), 0)::text as estimated,
  coalesce(sum(latency_ms::bigint * calls), 0)::text as latency`
const FROM_ROLL_UP = `${SUMS}, sum(errors)::text as errors, sum(timeouts)::text as timeouts,
  sum(estimated_calls)::text as estimated, sum(latency_ms_sum)::text as latency`

let database: TestDatabase
const clients = createClients()
beforeAll(async () => {
  database = await createTestDatabase()
  const writers = await Promise.all([clients.connect(database.writerUrl), clients.connect(database.writerUrl)])
  // Two writers with interleaved batches of uneven size: they meet in the same roll-up rows.
  const random = seeded(SEED)
  const batches: Line[][] = []
  for (let from = 0; from < LINES.length; ) {
    const size = 1 + Math.floor(random() * 400)
    batches.push(LINES.slice(from, from + size))
    from += size
  }
  await Promise.all(
    writers.map(async (writer, index) => {
      for (const [position, batch] of batches.entries()) if (position % 2 === index) await copyLines(writer, batch)
    }),
  )
})
afterAll(async () => {
  await clients.end()
  await database?.drop()
})

describe(`roll-ups of ${LINES.length} random lines (ROLL_UP_SEED=${SEED})`, () => {
  test.each([
    ['usage_daily', 'day', "(created_at at time zone 'UTC')::date", DAILY],
    ['usage_hourly', 'hour', "date_trunc('hour', created_at, 'UTC')", HOURLY],
  ])('%s equals the lines, group by group, to the last unit', async (table, column, expression, dims) => {
    const truth = await clients.rows(
      database.readerUrl,
      `select org_id, ${expression} as ${column}, ${dims}, ${FROM_LINES} from llm_usage group by org_id, ${column}, ${dims} order by org_id, ${column}, ${dims}`,
    )
    const rolled = await clients.rows(
      database.readerUrl,
      `select org_id, ${column}, ${dims}, ${FROM_ROLL_UP} from ${table} group by org_id, ${column}, ${dims} order by org_id, ${column}, ${dims}`,
    )
    expect(truth.length).toBeGreaterThan(500)
    expect(rolled).toEqual(truth)
    const [{ rows }] = await clients.rows(database.readerUrl, `select count(*)::int as rows from ${table}`)
    expect(rows).toBe(truth.length)
  })

  test('the grand total equals an independent sum over the generated lines', async () => {
    const { parseUsd, formatUsd } = await import('../../../src/shared/money.ts')
    const expected = LINES.reduce((sum, line) => sum + (line.cost_usd === null ? 0n : parseUsd(line.cost_usd)), 0n)
    const [row] = await clients.rows(
      database.readerUrl,
      'select trim_scale(sum(cost_usd))::text as cost from usage_daily',
    )
    expect(row.cost).toBe(formatUsd(expected))
  })

  test.each([0.5, 0.9, 0.95, 0.99])(
    'percentile %f from merged histograms is within two percent of the exact one',
    async (share) => {
      const [row] = await clients.rows(
        database.readerUrl,
        `select (select histogram_percentile(histogram_merge(latency_histogram), $1) from usage_daily) as estimated,
        (select percentile_disc($1) within group (order by latency_ms)
         from llm_usage u where line_kind in ('call', 'correction') and latency_ms is not null
           and not exists (select from llm_usage r where r.org_id = u.org_id and r.trace_id = u.trace_id
             and r.span_id = u.span_id and r.revision > u.revision and r.line_kind = 'reversal')) as exact`,
        [share],
      )
      expect(Math.abs(row.estimated - row.exact) / row.exact).toBeLessThanOrEqual(0.02)
    },
  )

  test('a duplicate batch is refused whole and changes no roll-up', async () => {
    const before = await clients.rows(database.readerUrl, `select ${FROM_ROLL_UP} from usage_daily`)
    const writer = await clients.connect(database.writerUrl)
    await expect(copyLines(writer, LINES.slice(0, 10))).rejects.toMatchObject({ code: '23505' })
    expect(await clients.rows(database.readerUrl, `select ${FROM_ROLL_UP} from usage_daily`)).toEqual(before)
  })

  test('the fall-back books the same once: on conflict do nothing rolls up only what it inserted', async () => {
    const writer = await clients.connect(database.writerUrl)
    const [before] = await clients.rows(database.readerUrl, 'select sum(calls)::int as calls from usage_daily')
    const insert = `insert into llm_usage (org_id, trace_id, span_id, created_at, calls, cost_usd, price_status)
      select 'acme', 'fallback', to_hex(n), '2026-10-06', 1, 0.25, 'priced' from generate_series(1, $1::int) n
      on conflict do nothing returning span_id`
    expect((await writer.query(insert, [3])).rowCount).toBe(3)
    expect((await writer.query(insert, [5])).rowCount).toBe(2)
    const [after] = await clients.rows(database.readerUrl, 'select sum(calls)::int as calls from usage_daily')
    expect(after.calls - before.calls).toBe(5)
  })

  test('late calls are counted, punctual ones are not', async () => {
    const writer = await clients.connect(database.writerUrl)
    await writer.query("select ensure_partitions('llm_usage', now() - interval '3 days', now())")
    await writer.query(`insert into llm_usage (org_id, trace_id, span_id, created_at, model, calls, cost_usd, price_status) values
      ('late', '1', '1', now() - interval '3 days', 'm', 1, 0, 'priced'), ('late', '1', '2', now(), 'm', 1, 0, 'priced')`)
    for (const table of ['usage_daily', 'usage_hourly']) {
      const rows = await clients.rows(
        database.readerUrl,
        `select calls::int, late_calls::int from ${table} where org_id = 'late' order by late_calls`,
      )
      expect(rows).toEqual([
        { calls: 1, late_calls: 0 },
        { calls: 1, late_calls: 1 },
      ])
    }
  })
})

describe('cost functions', () => {
  test('get_daily_costs and get_costs_by_… add up to the lines of their days', async () => {
    const [truth] = await clients.rows(
      database.readerUrl,
      `select trim_scale(sum(cost_usd))::text as cost, sum(calls)::int as calls from llm_usage
       where created_at >= '2026-10-05' and created_at < '2026-10-07'`,
    )
    expect(truth.calls).toBeGreaterThan(0)
    for (const name of [
      'get_daily_costs',
      ...['feature', 'provider', 'model', 'deal', 'agent', 'department', 'organisation', 'environment', 'version'].map(
        (by) => `get_costs_by_${by}`,
      ),
    ]) {
      const [row] = await clients.rows(
        database.readerUrl,
        `select trim_scale(sum(cost_usd))::text as cost, sum(calls)::int as calls from ${name}('2026-10-05', '2026-10-06')`,
      )
      expect({ name, ...row }).toEqual({ name, ...truth })
    }
  })

  test('without dates get_costs_by_feature covers everything, dearest first', async () => {
    const rows = await clients.rows(database.readerUrl, 'select feature, cost_usd from get_costs_by_feature()')
    const [truth] = await clients.rows(database.readerUrl, 'select sum(cost_usd) as cost from llm_usage')
    expect(rows.map(({ cost_usd }) => Number(cost_usd))).toEqual(
      rows.map(({ cost_usd }) => Number(cost_usd)).sort((a, b) => b - a),
    )
    const [sum] = await clients.rows(database.readerUrl, 'select sum(cost_usd) as cost from get_costs_by_feature()')
    expect(sum.cost).toBe(truth.cost)
  })

  test('a tenant asks the same functions about itself only', async () => {
    const api = await clients.connect(database.apiUrl)
    await api.query('begin')
    await api.query("select set_config('app.org_id', 'globex', true)")
    expect((await api.query('select org_id from get_costs_by_organisation()')).rows).toEqual([{ org_id: 'globex' }])
    await api.query('rollback')
    expect((await api.query('select org_id from get_costs_by_organisation()')).rows).toEqual([])
  })
})

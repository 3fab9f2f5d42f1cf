// One bad row of model_prices: refused where it is written, and passed over where it stands nevertheless.
import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPricing } from '../../../src/ledger/write/pricing.ts'
import type { WantedCall } from '../../../src/ledger/write/usage-line.ts'
import { createLogger } from '../../../src/shared/logger.ts'
import { createClients } from '../../support/database-clients.ts'
import { startLedger, type TestLedger } from '../../support/ledger.ts'
import { tracesProtobuf } from '../../support/otlp/messages.ts'
import { spanledger } from '../../support/spanledger-cli.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
let ledger: TestLedger
const clients = createClients()
const owner = (text: string, values?: unknown[]) => clients.rows(database.ownerUrl, text, values)
const cli = (...args: string[]) => spanledger(database.ownerUrl, args)
const insert = (pattern: string, usd: string, provider = 'openai') =>
  owner(
    `insert into model_prices (price_version, provider, model_pattern, token_class, usd_per_million)
     values (nextval('price_versions'), $1, $2, 'input', $3) returning price_version::int as version`,
    [provider, pattern, usd],
  ).then(([row]) => row.version as number)

beforeAll(async () => {
  database = await createTestDatabase()
  await cli('prices', 'set', '--provider', 'openai', '--model', 'good', '--input', '2', '--output', '8')
  await cli('prices', 'set', '--provider', 'openai', '--model', 'bad*', '--input', '1', '--output', '1')
  ledger = await startLedger(database)
})
afterAll(async () => {
  await ledger?.close()
  await clients.end()
  await database?.drop()
})

let spans = 0
async function book(model: string): Promise<{ status: number; cost: string | null; unpriced: number }> {
  spans += 1
  const traceId = spans.toString(16).padStart(32, '0')
  const { status } = await ledger.post(
    '/v1/traces',
    tracesProtobuf([
      {
        traceId,
        spanId: '1'.repeat(16),
        kind: 3,
        startTimeUnixNano: BigInt(Date.now()) * 1_000_000n,
        attributes: {
          ...{ org_id: 'acme', 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai' },
          ...{ 'gen_ai.request.model': model, 'gen_ai.usage.input_tokens': 1000, 'gen_ai.usage.output_tokens': 10 },
        },
      },
    ]),
  )
  const [line] = await owner(
    'select trim_scale(cost_usd)::text as cost, unpriced_calls::int as unpriced from llm_usage where trace_id = $1',
    [traceId],
  )
  return { status, ...line }
}

describe('a bad row is refused', () => {
  test.each([
    ['NaN', 'bad', 'NaN', 'openai', 'model_prices_finite'],
    ['Infinity', 'bad', 'Infinity', 'openai', 'model_prices_finite'],
    ['an open bracket', '~(', '1', 'openai', 'model_prices_pattern_readable'],
    ['an expression that matches every model', '~', '1', 'openai', 'model_prices_pattern_readable'],
    ['options only Postgres knows', '~(?i)gpt', '1', 'openai', 'model_prices_pattern_readable'],
    ['no pattern', '', '1', 'openai', 'model_prices_pattern_readable'],
    ['no provider', 'bad', '1', '', 'model_prices_provider_named'],
  ])('%s', async (_, pattern, usd, provider, constraint) => {
    await expect(insert(pattern, usd, provider)).rejects.toMatchObject({ code: '23514', constraint })
  })

  test('by the api’s login too; what is right is taken (control)', async () => {
    const client = await clients.connect(database.apiUrl)
    const statement = `insert into model_prices (price_version, provider, model_pattern, token_class, usd_per_million)
      values (nextval('price_versions'), 'openai', $1, 'input', 1)`
    await expect(client.query(statement, ['~('])).rejects.toMatchObject({ code: '23514' })
    await client.query(statement, ['~^fine-(?=x)\\d+$'])
  })

  test('every pattern that is shipped is taken', async () => {
    expect((await cli('prices', 'import')).stdout).toMatch(/^\d{4} price versions added/)
  })
})

describe('bad rows that stand nevertheless', () => {
  let rate: number
  let pattern: number
  beforeAll(async () => {
    await owner(`alter table model_prices drop constraint model_prices_finite,
      drop constraint model_prices_pattern_readable`)
    rate = await insert('bad-model', 'NaN')
    pattern = await insert('~(', '1')
  })

  test('calls of other models are booked at their price, those of the model without one', async () => {
    await expect
      .poll(() => book('bad-model'), { timeout: 50_000 })
      .toMatchObject({ status: 200, cost: null, unpriced: 1 })
    expect(await book('good')).toEqual({ status: 200, cost: '0.00208', unpriced: 0 })
    // The wildcard that prices its neighbours must not price it: that would be wrong, not unpriced.
    expect(await book('bad-other')).toEqual({ status: 200, cost: '0.00101', unpriced: 0 })
  })

  test('both are logged with the row and what to do, and counted', async () => {
    const lines: string[] = []
    const logger = createLogger('ledger', 'silent')
    logger.error = (line: unknown) => lines.push(String(line))
    const counts: number[] = []
    const pricing = createPricing(await readerPool(), { nowMs: Date.now }, (_, n) => counts.push(n), logger)
    await pricing.current()
    expect(counts).toEqual([2])
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`price version ${rate} \\(openai bad-model\\).*price_version = ${rate}$`)),
      expect.stringMatching(new RegExp(`price version ${pattern} \\(openai ~\\(\\).*price_version = ${pattern}$`)),
    ])
  })

  test('prices list names them, and reprice takes nothing back because of them', async () => {
    expect((await cli('prices', 'list')).stdout).toMatch(/bad-model\t.*CANNOT BE READ: /)
    await owner(`insert into llm_usage (org_id, trace_id, span_id, created_at, provider, model, calls, input_tokens,
      output_tokens, cost_usd, price_status) values ('acme', 'before', '1', now(), 'openai', 'bad-model', 1, 1, 1, 7, 'priced')`)
    const { code, stdout, stderr } = await cli('reprice', '--model', 'bad-model')
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('\n0 calls adjusted.') })
    expect(stderr).toContain(`price version ${rate} (openai bad-model) cannot be read`)
  })

  test('rows of one version that contradict each other price nothing', async () => {
    const statement = `insert into model_prices (price_version, provider, model_pattern, token_class, usd_per_million)
      values (1000001, 'openai', 'two-heads', 'input', 1), (1000001, 'anthropic', 'two-heads', 'output', 1)`
    await owner(statement)
    expect((await cli('prices', 'list')).stdout).toMatch(/two-heads\t.*its rows differ/)
    await owner('delete from model_prices where price_version = 1000001')
  })

  test('the ledger shows how many there are', async () => {
    await expect
      .poll(() => ledger.metrics.registry.getSingleMetricAsString('ledger_price_versions_unreadable'), {
        timeout: 50_000,
      })
      .toMatch(/^ledger_price_versions_unreadable 2$/m)
  })

  test('once they are taken out the next read counts none', async () => {
    const counts: number[] = []
    let nowMs = Date.now()
    const pricing = createPricing(await readerPool(), { nowMs: () => nowMs }, (_, n) => counts.push(n), silent)
    await pricing.current()
    await owner('delete from model_prices where price_version in ($1, $2)', [rate, pattern])
    nowMs += 5_000
    await pricing.current()
    expect(counts).toEqual([2, 0])
    await expect.poll(() => book('bad-model'), { timeout: 50_000 }).toMatchObject({ cost: '0.00101', unpriced: 0 })
  })
})

test('the last book stays in force while the table cannot be read; without one there is no price', async () => {
  let nowMs = Date.now()
  const pricing = createPricing(await readerPool(), { nowMs: () => nowMs }, () => {}, silent)
  await pricing.current()
  await owner('alter table model_prices rename to model_prices_away')
  try {
    nowMs += 5_000
    expect((await pricing.current())(call('good'))).toMatchObject({ costPicoUsd: 2_080_000_000n })
    const never = createPricing(await readerPool(), { nowMs: Date.now }, () => {}, silent)
    await expect(never.current()).rejects.toMatchObject({ code: '42P01' })
  } finally {
    await owner('alter table model_prices_away rename to model_prices')
  }
})

test('a database that holds a bad row is upgraded all the same, and takes no second one', async () => {
  const old = await createTestDatabase()
  const client = await clients.connect(old.ownerUrl)
  const file = new URL('../../../migrations/0021_price_checks.sql', import.meta.url)
  const [up = '', down = ''] = (await readFile(file, 'utf8')).split('-- Down Migration')
  const bad = `insert into model_prices (price_version, provider, model_pattern, token_class, usd_per_million)
    values (nextval('price_versions'), 'openai', 'bad', 'input', 'NaN')`
  await client.query(`begin; ${down}; commit`)
  await client.query(bad)
  await client.query(`begin; ${up}; commit`)
  await expect(client.query(bad)).rejects.toMatchObject({ code: '23514', constraint: 'model_prices_finite' })
  const { rows } = await client.query(
    "select conname from pg_constraint where conrelid = 'model_prices'::regclass and not convalidated",
  )
  expect(rows).toEqual([{ conname: 'model_prices_finite' }])
  await client.end()
  await old.drop()
})

const silent = createLogger('ledger', 'silent')
const pools: pg.Pool[] = []
afterAll(() => Promise.all(pools.map((pool) => pool.end())))
async function readerPool(): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString: database.readerUrl, max: 1 })
  pool.on('error', () => {})
  pools.push(pool)
  return pool
}

const call = (model: string) =>
  ({
    content: {
      ...{ provider: 'openai', model, requestModel: model, status: 'success' },
      usage: { inputTokens: 1000, outputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 },
    },
    startTimeUnixNano: BigInt(Date.now()) * 1_000_000n,
    isUsageKnown: true,
  }) as unknown as WantedCall

// What is booked keeps its price when an override is withdrawn or the catalogue changes, unless somebody asks otherwise.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewPriceVersion } from '../../../src/ledger/price/price-rows.ts'
import { importPrices } from '../../../src/ledger/price/seed-prices.ts'
import { createClients } from '../../support/database-clients.ts'
import { withClient } from '../../support/ledger.ts'
import { spanledger } from '../../support/spanledger-cli.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const HOUR_MS = 3_600_000
const hoursFromNow = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString()
const day = (hours: number) => hoursFromNow(hours).slice(0, 10)

let database: TestDatabase
const clients = createClients()
const owner = (text: string, values?: unknown[]) => clients.rows(database.ownerUrl, text, values)
const cli = (...args: string[]) => spanledger(database.ownerUrl, args)

/** Which price a call of the model gets that starts so many hours from now: its rates, or what was said instead. */
async function priceAt(model: string, hours: number): Promise<string> {
  const at = ['--at', hoursFromNow(hours)]
  const { stdout, stderr } = await cli('prices', 'list', '--provider', 'openai', '--model', model, ...at)
  return stdout.trim().split('\t').at(-1) || stderr.trim()
}

/** One call of two days ago, priced at 7 USD. */
async function bookOne(model: string): Promise<void> {
  await owner("select ensure_partitions('llm_usage', now() - interval '3 days', now())")
  await owner(
    `insert into llm_usage (org_id, trace_id, span_id, created_at, provider, model, request_model, calls, input_tokens,
       cost_usd, price_status) values ('acme', $1, '1', now() - interval '2 days', 'openai', $1, $1, 1, 1000000, 7, 'priced')`,
    [model],
  )
}
async function repriced(model: string): Promise<string> {
  expect((await cli('reprice', '--model', model)).code).toBe(0)
  const [{ cost }] = await owner('select trim_scale(sum(cost_usd))::text as cost from llm_usage where model = $1', [
    model,
  ])
  return cost
}
const set = (model: string, usd: string, ...more: string[]) =>
  cli('prices', 'set', '--provider', 'openai', '--model', model, '--input', usd, '--output', '0', ...more)
const withdraw = (model: string, ...more: string[]) =>
  cli('prices', 'withdraw', '--provider', 'openai', '--model', model, ...more)

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await clients.end()
  await database?.drop()
})

describe('prices withdraw', () => {
  test('ends the price now: earlier calls keep it, and reprice leaves them alone', async () => {
    await set('ends-now', '7')
    await bookOne('ends-now')
    expect((await withdraw('ends-now')).stdout).toMatch(/applies to calls from \d{4}-.* on\./)
    expect(await priceAt('ends-now', -48)).toBe('input 7, output 0')
    expect(await priceAt('ends-now', 1)).toContain('no price for ends-now')
    expect(await repriced('ends-now')).toBe('7')
  })

  test('--from takes it back for the past, and says so', async () => {
    await set('ends-earlier', '7')
    await bookOne('ends-earlier')
    expect((await withdraw('ends-earlier', '--from', day(-96), '--note', 'typed wrong')).code).toBe(0)
    expect(await priceAt('ends-earlier', -48)).toContain('no price')
    expect(await priceAt('ends-earlier', -200)).toBe('input 7, output 0')
    expect(await repriced('ends-earlier')).toBe('0')
    expect(
      await owner(
        "select note from model_prices where model_pattern = 'ends-earlier' and usd_per_million is null order by 1",
      ),
    ).toEqual([{ note: 'typed wrong' }])
  })

  test('--from always ends it for all times; --to keeps what comes after', async () => {
    await set('never-was', '7')
    expect((await withdraw('never-was', '--from', 'always', '--to', day(48))).stdout).toContain('to calls before')
    expect(await priceAt('never-was', -2000)).toContain('no price')
    expect(await priceAt('never-was', 96)).toBe('input 7, output 0')
  })

  test('lets the next best through from then on', async () => {
    await set('next-*', '3')
    await set('next-best', '7')
    await withdraw('next-best')
    expect(await priceAt('next-best', -1)).toBe('input 7, output 0')
    expect(await priceAt('next-best', 1)).toBe('input 3, output 0')
  })

  beforeAll(async () => {
    await set('wild-*', '1')
    await set('ended', '1', '--to', day(-48))
    await set('later', '1', '--from', day(48))
    await set('gone', '1')
    await withdraw('gone')
  })
  test.each([
    ['a pattern nobody set', 'nobody-set-it', []],
    ['the model a wildcard matches', 'wild-1', []],
    ['what was withdrawn before', 'gone', []],
    ['what ended before', 'ended', []],
    ['a time before it began', 'later', ['--to', day(24)]],
  ])('of %s is refused and records nothing', async (_, model, more) => {
    const [before] = await owner('select count(*) as n from model_prices')
    const result = await withdraw(model, ...more)
    expect(result).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(`no override of openai ${model}`),
    })
    expect(await owner('select count(*) as n from model_prices')).toEqual([before])
  })
})

describe('prices import of a changed catalogue', () => {
  const entry = (model: string, usd: string, more: Partial<NewPriceVersion> = {}): NewPriceVersion => ({
    ...{ source: 'catalogue', provider: 'openai', modelPattern: model },
    rates: [
      { tokenClass: 'input', aboveInputTokens: 0, usdPerMillion: usd },
      { tokenClass: 'output', aboveInputTokens: 0, usdPerMillion: '0' },
    ],
    ...more,
  })
  const load = (wanted: NewPriceVersion[], fromMs?: number) =>
    withClient(database.ownerUrl, (client) => importPrices(client, wanted, ['catalogue'], fromMs))
  const START = entry('undated', '7')
  const later = [entry('undated', '9'), entry('newcomer', '4')]

  test('the first one has no past to keep', async () => {
    expect(await load([START, entry('leaves', '7')])).toBe(2)
    expect(await priceAt('undated', -100_000)).toBe('input 7, output 0')
    await bookOne('undated')
    await bookOne('leaves')
  })

  test('new prices, new models and those that left count from now on', async () => {
    expect(await load(later)).toBe(3)
    expect([await priceAt('undated', -1), await priceAt('undated', 1)]).toEqual([
      'input 7, output 0',
      'input 9, output 0',
    ])
    expect([await priceAt('leaves', -1), await priceAt('newcomer', 1)]).toEqual([
      'input 7, output 0',
      'input 4, output 0',
    ])
    expect(await priceAt('leaves', 1)).toContain('no price')
    expect(await priceAt('newcomer', -1)).toContain('no price')
    expect([await repriced('undated'), await repriced('leaves')]).toEqual(['7', '7'])
  })

  test('again records nothing', async () => {
    expect(await load(later)).toBe(0)
  })

  test('a start date that has passed is not applied to the past either', async () => {
    const dated = [
      entry('undated', '9', { validTo: new Date(Date.now() - 72 * HOUR_MS) }),
      entry('undated', '11', { validFrom: new Date(Date.now() - 72 * HOUR_MS) }),
      entry('newcomer', '4'),
    ]
    expect(await load(dated)).toBe(1)
    expect([await priceAt('undated', -48), await priceAt('undated', 1)]).toEqual([
      'input 7, output 0',
      'input 11, output 0',
    ])
    expect(await load(dated)).toBe(0)
  })

  test('with a date it is a correction of the past', async () => {
    expect(await load(later, Date.now() - 96 * HOUR_MS)).toBe(3)
    expect([await priceAt('undated', -48), await priceAt('newcomer', -48)]).toEqual([
      'input 9, output 0',
      'input 4, output 0',
    ])
    expect(await priceAt('undated', -100)).toBe('input 7, output 0')
    expect([await repriced('undated'), await repriced('leaves')]).toEqual(['9', '0'])
  })

  test('the shipped one twice adds nothing, whatever --from says', async () => {
    await owner("delete from model_prices where source = 'catalogue'")
    expect((await cli('prices', 'import')).stdout).toMatch(/^1\d{3} price versions added/)
    expect((await cli('prices', 'import')).stdout).toBe('0 price versions added.\n')
    expect((await cli('prices', 'import', '--from', 'always')).stdout).toBe('0 price versions added.\n')
  })
})

test('prices import FILE: an entry without validFrom counts from now on, or from --from', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'prices-'))
  const file = join(folder, 'prices.json')
  const rates = [{ tokenClass: 'input', usdPerMillion: '5' }]
  const undated = { provider: 'openai', modelPattern: 'from-file', rates }
  const always = { provider: 'openai', modelPattern: 'from-file-always', validFrom: null, rates }
  try {
    await writeFile(file, JSON.stringify([undated, always]))
    expect((await cli('prices', 'import', file)).stdout).toBe('2 price versions added.\n')
    expect(await priceAt('from-file', -1)).toContain('no price')
    expect(await priceAt('from-file', 1)).toBe('input 5')
    expect(await priceAt('from-file-always', -1000)).toBe('input 5')
    await cli('prices', 'import', file, '--from', day(-48))
    expect(await priceAt('from-file', -24)).toBe('input 5')
    await writeFile(file, JSON.stringify([{ ...undated, validTo: day(-48) }]))
    expect(await cli('prices', 'import', file)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('would end before it begins'),
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})

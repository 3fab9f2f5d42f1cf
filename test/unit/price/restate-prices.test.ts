import { describe, expect, test } from 'vitest'
import { cataloguePrices } from '../../../src/ledger/price/catalogue.ts'
import { defaultPrices } from '../../../src/ledger/price/default-prices.ts'
import { createPriceBook } from '../../../src/ledger/price/price-book.ts'
import type { NewPriceVersion } from '../../../src/ledger/price/price-rows.ts'
import type { PriceVersion } from '../../../src/ledger/price/price-version.ts'
import { restatePrices } from '../../../src/ledger/price/restate-prices.ts'
import { asRecorded, at, flat, version } from './support.ts'

const NOW = at('2026-06-01T00:00:00Z')
const FROM_NOW = { fromMs: NOW, toMs: Number.POSITIVE_INFINITY }
const HOUR_MS = 3_600_000
const date = (iso: string) => new Date(`${iso}T00:00:00Z`)

const wanted = (usd: string, more: Partial<NewPriceVersion> = {}): NewPriceVersion => ({
  ...{ source: 'catalogue', provider: 'openai', modelPattern: 'm' },
  rates: [{ tokenClass: 'input', aboveInputTokens: 0, usdPerMillion: usd }],
  ...more,
})
const recorded = (usd: string, more: Partial<PriceVersion> = {}): PriceVersion =>
  version({ source: 'catalogue', modelPattern: 'm', rates: flat({ input: usd }), ...more })

/** As the table gives them back, recorded now. */
const asRecordedNow = (versions: NewPriceVersion[]): PriceVersion[] =>
  versions.map((given) => ({ ...asRecorded(given, nextVersion++), recordedAtMs: NOW }))
let nextVersion = 1000
const usd = (versions: PriceVersion[], iso: string) => {
  const found = createPriceBook(versions).find('openai', 'm', at(iso))
  return found && Number(found.rates.input?.[0]?.picoUsdPerUnit) / 1e6
}

const NIGHT = { daily: { from: '00:00:00Z', to: '06:00:00Z' } }
const CASES: [string, PriceVersion[], NewPriceVersion[], Record<string, number | undefined>][] = [
  ['nothing recorded', [], [wanted('2')], { '2026-05-31T23:59:59.999Z': undefined, '2026-06-01T00:00Z': 2 }],
  ['a new price', [recorded('1')], [wanted('2')], { '2026-05-31T12:00Z': 1, '2026-06-01T00:00Z': 2 }],
  ['gone', [recorded('1')], [], { '2026-05-31T12:00Z': 1, '2027-01-01T00:00Z': undefined }],
  [
    'a change announced for later',
    [recorded('1')],
    [wanted('1', { validTo: date('2026-09-01') }), wanted('2', { validFrom: date('2026-09-01') })],
    { '2026-05-01T00:00Z': 1, '2026-08-31T23:00Z': 1, '2026-09-01T00:00Z': 2 },
  ],
  [
    'no price until a date',
    [recorded('1')],
    [wanted('2', { validFrom: date('2026-09-01') })],
    { '2026-05-01T00:00Z': 1, '2026-06-02T00:00Z': undefined, '2026-09-01T00:00Z': 2 },
  ],
  [
    'only at night where there was a price all day',
    [recorded('1')],
    [wanted('2', NIGHT)],
    { '2026-05-01T12:00Z': 1, '2026-06-02T12:00Z': undefined, '2026-06-02T03:00Z': 2 },
  ],
  [
    'all day where there was one at night',
    [recorded('1'), recorded('3', { daily: { fromMs: 0, toMs: 6 * HOUR_MS } })],
    [wanted('2')],
    { '2026-05-01T03:00Z': 3, '2026-05-01T12:00Z': 1, '2026-06-02T03:00Z': 2, '2026-06-02T12:00Z': 2 },
  ],
  [
    'back after it had gone',
    [recorded('1'), recorded('0', { rates: {}, recordedAtMs: NOW - HOUR_MS, validFromMs: NOW - HOUR_MS })],
    [wanted('2')],
    { '2026-05-01T00:00Z': 1, '2026-05-31T23:30Z': undefined, '2026-06-02T00:00Z': 2 },
  ],
  [
    'in place of one that cannot be read',
    [recorded('1', { rates: {}, problem: 'NaN' })],
    [wanted('2')],
    { '2026-06-02T00:00Z': 2 },
  ],
]

describe('from now on the book says what is wanted, and of the past what it said', () => {
  test.each(CASES)('%s', (_, before, want, expected) => {
    const added = restatePrices(before, want, FROM_NOW)
    expect(added).not.toEqual([])
    const after = [...before, ...asRecordedNow(added)]
    expect(Object.fromEntries(Object.keys(expected).map((iso) => [iso, usd(after, iso)]))).toEqual(expected)
    // Asked again, later, it has nothing to add.
    expect(restatePrices(after, want, { ...FROM_NOW, fromMs: NOW + HOUR_MS })).toEqual([])
  })

  test('a span that ends leaves what comes after', () => {
    const before = [recorded('1')]
    const added = restatePrices(before, [], { fromMs: NOW, toMs: NOW + HOUR_MS })
    const after = [...before, ...asRecordedNow(added)]
    expect([usd(after, '2026-06-01T00:59Z'), usd(after, '2026-06-01T01:00Z')]).toEqual([undefined, 1])
  })

  test('nothing recorded and nothing wanted, or the same, is nothing to do', () => {
    expect(restatePrices([], [], FROM_NOW)).toEqual([])
    expect(restatePrices([recorded('1')], [wanted('1')], FROM_NOW)).toEqual([])
  })
})

test('the shipped prices, once recorded, are what is wanted', () => {
  const shipped = Map.groupBy([...defaultPrices(), ...cataloguePrices()], ({ source, provider, modelPattern }) =>
    [source, provider, modelPattern].join(' '),
  )
  const first = [...shipped.values()].flatMap((own) => restatePrices([], own, FROM_NOW).map(() => own))
  expect(first.length).toBeGreaterThan(1000)
  const again = [...shipped.values()].flatMap((own) => restatePrices(own.map(asRecorded), own, FROM_NOW))
  expect(again).toEqual([])
})

test('a later record of a pattern replaces an earlier one that stood higher in the catalogue', () => {
  const old = recorded('1', { rank: 3 })
  const moved = recorded('2', { rank: 8, recordedAtMs: NOW })
  expect(usd([old, moved], '2026-06-02T00:00Z')).toBe(2)
})

// Brings the shipped prices into the table. In: a connection that may insert prices. Out: versions for what is new or
// changed, and withdrawals for what left the catalogue, all of them for calls from now on: what was booked keeps its
// price. Running it again records nothing.
import type pg from 'pg'
import { cataloguePrices } from './catalogue.ts'
import { defaultPrices } from './default-prices.ts'
import { loadPriceVersions, type NewPriceVersion, nextMs, recordPriceVersions } from './price-rows.ts'
import type { PriceSource } from './price-version.ts'
import { restatePrices } from './restate-prices.ts'

type Queryable = Pick<pg.ClientBase, 'query'>

/**
 * @param fromMs calls that start before it keep their prices; default now, -Infinity for none.
 * @returns number of versions recorded.
 */
export async function seedPrices(database: Queryable, fromMs?: number): Promise<number> {
  await database.query("select pg_advisory_xact_lock(hashtextextended('spanledger.prices', 0))")
  return importPrices(database, [...defaultPrices(), ...cataloguePrices()], ['default', 'catalogue'], fromMs)
}

/**
 * Makes `wanted` what the given sources say about calls from `fromMs` on.
 * A source that was never recorded has no past to keep: it is recorded with all the dates it has.
 */
export async function importPrices(
  database: Queryable,
  wanted: NewPriceVersion[],
  sources: PriceSource[],
  fromMs?: number,
): Promise<number> {
  const recorded = (await loadPriceVersions(database)).filter(({ source }) => sources.includes(source))
  const known = new Set(recorded.map(({ source }) => source))
  const from = fromMs ?? (await nextMs(database))
  const recordedByPattern = Map.groupBy(recorded, patternKey)
  const wantedByPattern = Map.groupBy(wanted, patternKey)
  const all = [...new Set([...wantedByPattern.keys(), ...recordedByPattern.keys()])].flatMap((key) => {
    const before = recordedByPattern.get(key) ?? []
    const after = wantedByPattern.get(key) ?? []
    const source = (after[0] ?? before[0])?.source
    const isFirst = source !== undefined && !known.has(source)
    return restatePrices(before, after, {
      fromMs: isFirst ? Number.NEGATIVE_INFINITY : from,
      toMs: Number.POSITIVE_INFINITY,
    })
  })
  return all.length === 0 ? 0 : recordPriceVersions(database, all)
}

const patternKey = (version: { source: string; provider: string; modelPattern: string }) =>
  [version.source, version.provider, version.modelPattern].join('\n')

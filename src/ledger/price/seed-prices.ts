// Brings the shipped prices into the table. In: a connection that may insert prices. Out: versions for what is new or
// changed, and withdrawals for what left the catalogue; running it again records nothing.
import type pg from 'pg'
import { cataloguePrices } from './catalogue.ts'
import { defaultPrices } from './default-prices.ts'
import { loadPriceVersions, type NewPriceVersion, perUnit, recordPriceVersions, timeOfDayMs } from './price-rows.ts'
import type { PriceVersion } from './price-version.ts'

type Queryable = Pick<pg.ClientBase, 'query'>

/** @returns number of versions recorded. */
export async function seedPrices(database: Queryable): Promise<number> {
  await database.query("select pg_advisory_xact_lock(hashtextextended('spanledger.prices', 0))")
  return importPrices(database, [...defaultPrices(), ...cataloguePrices()], ['default', 'catalogue'])
}

/**
 * Makes `wanted` the current versions of the given sources.
 * A pattern whose versions all stand in the table as wanted is left alone; any other pattern is recorded anew whole.
 */
export async function importPrices(
  database: Queryable,
  wanted: NewPriceVersion[],
  sources: NewPriceVersion['source'][],
): Promise<number> {
  const current = currentOf((await loadPriceVersions(database)).filter(({ source }) => sources.includes(source)))
  const wantedByPattern = Map.groupBy(wanted, patternKey)
  const changed = [...wantedByPattern].flatMap(([key, versions]) => {
    const booked = new Set((current.get(key) ?? []).map(fingerprintOfBooked))
    const same = versions.length === booked.size && versions.every((version) => booked.has(fingerprint(version)))
    return same ? [] : versions
  })
  const withdrawn = [...current].flatMap(([key, versions]): NewPriceVersion[] => {
    const [first] = versions
    if (!first || wantedByPattern.has(key) || Object.keys(first.rates).length === 0) return []
    const { source, provider, modelPattern, rank } = first
    return [{ source, provider, modelPattern, rank, rates: [], note: 'left the catalogue' }]
  })
  const all = [...changed, ...withdrawn]
  return all.length === 0 ? 0 : recordPriceVersions(database, all)
}

/** Per pattern the versions of its latest recording. */
function currentOf(versions: PriceVersion[]): Map<string, PriceVersion[]> {
  const latest = new Map<string, PriceVersion[]>()
  for (const [key, group] of Map.groupBy(versions, patternKey)) {
    const newest = Math.max(...group.map(({ recordedAtMs }) => recordedAtMs))
    latest.set(
      key,
      group.filter(({ recordedAtMs }) => recordedAtMs === newest),
    )
  }
  return latest
}

const patternKey = (version: { source: string; provider: string; modelPattern: string }) =>
  [version.source, version.provider, version.modelPattern].join('\n')

function fingerprint(version: NewPriceVersion): string {
  const rates = version.rates.map((rate) => [rate.tokenClass, rate.aboveInputTokens, perUnit(rate.usdPerMillion)])
  return [
    version.validFrom?.getTime() ?? Number.NEGATIVE_INFINITY,
    version.validTo?.getTime() ?? Number.POSITIVE_INFINITY,
    version.rank ?? 0,
    version.daily ? `${timeOfDayMs(version.daily.from)}-${timeOfDayMs(version.daily.to)}` : '',
    rates.map(String).sort().join(';'),
  ].join('|')
}

function fingerprintOfBooked(version: PriceVersion): string {
  const rates = Object.entries(version.rates).flatMap(([tokenClass, tiers]) =>
    tiers.map((tier) => [tokenClass, tier.aboveInputTokens, tier.picoUsdPerUnit]),
  )
  return [
    version.validFromMs,
    version.validToMs,
    version.rank,
    version.daily ? `${version.daily.fromMs}-${version.daily.toMs}` : '',
    rates.map(String).sort().join(';'),
  ].join('|')
}

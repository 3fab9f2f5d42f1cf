// Between the table model_prices and the book. In: rows, or a new version to record. Out: versions, or rows inserted.
import type pg from 'pg'
import { type PicoUsd, parseUsd } from '../../shared/money.ts'
import { parseModelPattern } from './model-pattern.ts'
import type { PriceSource, PriceVersion, Rates, TokenClass } from './price-version.ts'

/** A version about to be recorded; rates in decimal USD per million, as people write them. */
export interface NewPriceVersion {
  source: PriceSource
  provider: string
  modelPattern: string
  rank?: number
  validFrom?: Date | null
  validTo?: Date | null
  daily?: { from: string; to: string }
  /** Empty: withdraws earlier versions of this pattern. */
  rates: { tokenClass: TokenClass; aboveInputTokens: number; usdPerMillion: string }[]
  note?: string
}

interface Row {
  price_version: string
  provider: string
  model_pattern: string
  token_class: TokenClass
  above_input_tokens: number
  usd_per_million: string | null
  valid_from_ms: number
  valid_to_ms: number
  daily_from_ms: number | null
  daily_to_ms: number | null
  source: PriceSource
  rank: number
  recorded_at_ms: number
}

const MS = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`

const SELECT = `
  select price_version, provider, model_pattern, token_class, above_input_tokens, usd_per_million::text,
    ${MS('valid_from')} as valid_from_ms, ${MS('valid_to')} as valid_to_ms,
    ${MS('daily_from')} as daily_from_ms, ${MS('daily_to')} as daily_to_ms,
    source, rank, ${MS('recorded_at')} as recorded_at_ms
  from public.model_prices order by price_version, token_class, above_input_tokens`

type Queryable = Pick<pg.ClientBase, 'query'>

/** Every version ever recorded; one that cannot be read has `problem` and no rates. */
export async function loadPriceVersions(database: Queryable): Promise<PriceVersion[]> {
  const { rows } = await database.query<Row>(SELECT)
  return [...Map.groupBy(rows, (row) => row.price_version).values()].map(toVersion)
}

/** The first whole millisecond after the transaction began, by the database's clock: "from now on". */
export async function nextMs(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ ms: number }>(`select floor(${MS('now()')}) + 1 as ms`)
  return (rows[0] as { ms: number }).ms
}

/** Records versions within the caller's transaction, whose time is their `recorded_at`; returns how many. */
export async function recordPriceVersions(database: Queryable, versions: NewPriceVersion[]): Promise<number> {
  const flat = versions.flatMap((version, index) =>
    (version.rates.length > 0
      ? version.rates
      : [{ tokenClass: 'input' as const, aboveInputTokens: 0, usdPerMillion: null }]
    ).map((rate) => ({
      index,
      source: version.source,
      provider: version.provider,
      model_pattern: version.modelPattern,
      rank: version.rank ?? 0,
      valid_from: version.validFrom?.toISOString() ?? '-infinity',
      valid_to: version.validTo?.toISOString() ?? 'infinity',
      daily_from: version.daily?.from ?? null,
      daily_to: version.daily?.to ?? null,
      token_class: rate.tokenClass,
      above_input_tokens: rate.aboveInputTokens,
      usd_per_million: rate.usdPerMillion,
      note: version.note ?? '',
    })),
  )
  // One recorder at a time: versions become visible in the order of their numbers, so the highest tells whether a
  // book is stale.
  await database.query("select pg_advisory_xact_lock(hashtextextended('spanledger.prices', 0))")
  await database.query(
    `with given as (
       select * from json_to_recordset($1::json) as row (
         index int, source text, provider text, model_pattern text, rank int, valid_from timestamptz, valid_to timestamptz,
         daily_from time, daily_to time, token_class text, above_input_tokens int, usd_per_million numeric, note text)
     ), numbered as (
       select index, nextval('public.price_versions') as price_version
       from (select distinct index from given order by index) as ordered
     )
     insert into public.model_prices (price_version, provider, model_pattern, token_class, above_input_tokens,
       usd_per_million, valid_from, valid_to, daily_from, daily_to, source, rank, note)
     select price_version, provider, model_pattern, token_class, above_input_tokens,
       usd_per_million, valid_from, valid_to, daily_from, daily_to, source, rank, note
     from given join numbered using (index)`,
    [JSON.stringify(flat)],
  )
  return versions.length
}

function toVersion(rows: Row[]): PriceVersion {
  const [row] = rows as [Row]
  const version: PriceVersion = {
    priceVersion: Number(row.price_version),
    source: row.source,
    provider: row.provider,
    modelPattern: row.model_pattern,
    rank: row.rank,
    validFromMs: row.valid_from_ms,
    validToMs: row.valid_to_ms,
    recordedAtMs: row.recorded_at_ms,
    rates: {},
    ...(row.daily_from_ms === null || row.daily_to_ms === null
      ? {}
      : { daily: { fromMs: row.daily_from_ms, toMs: row.daily_to_ms } }),
  }
  try {
    parseModelPattern(row.model_pattern)
    if (new Set(rows.map(headOf)).size > 1) throw new RangeError('its rows differ in more than class, tier and price')
    return { ...version, rates: ratesOf(rows) }
  } catch (error) {
    return { ...version, problem: (error as Error).message }
  }
}

/** What all rows of a version have in common. */
const headOf = ({ token_class, above_input_tokens, usd_per_million, ...head }: Row): string => JSON.stringify(head)

/** @throws RangeError for a rate that is no amount of money. */
function ratesOf(rows: Row[]): Rates {
  const rates: Rates = {}
  for (const row of rows) {
    if (row.usd_per_million === null) continue
    const tiers = rates[row.token_class] ?? []
    tiers.push({ aboveInputTokens: row.above_input_tokens, picoUsdPerUnit: perUnit(row.usd_per_million) })
    rates[row.token_class] = tiers
  }
  return rates
}

/** USD per million units with at most six decimals is whole pico-USD per unit. */
export function perUnit(usdPerMillion: string): PicoUsd {
  const pico = parseUsd(usdPerMillion)
  if (pico % 1_000_000n !== 0n) throw new RangeError(`${usdPerMillion} USD per million has more than 6 decimals`)
  return pico / 1_000_000n
}

/** `16:30:00Z` → ms after midnight. */
export function timeOfDayMs(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.replace('Z', '').split(':').map(Number)
  return ((hours * 60 + minutes) * 60 + seconds) * 1000
}

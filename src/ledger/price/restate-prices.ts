// What has to be recorded so that the book says something else from a moment on, and about the time before it what it
// says now. In: what is recorded of one pattern, what is wanted, a span of time. Out: versions to record. Pure.
import { type NewPriceVersion, perUnit, timeOfDayMs } from './price-rows.ts'
import { latestFirst, type PriceVersion } from './price-version.ts'

/** In ms since 1970; -Infinity and Infinity for always. */
export interface Span {
  fromMs: number
  toMs: number
}

/** A version reduced to what it says and when. */
interface Statement extends Span {
  isAllDay: boolean
  /** Empty: withdrawn. */
  says: string
}

/**
 * @param recorded versions of one pattern of one source; `wanted` those it should have.
 * @param span outside it nothing changes.
 * @returns nothing when the book says so already. Where nothing is wanted any more, a withdrawal.
 */
export function restatePrices(recorded: PriceVersion[], wanted: NewPriceVersion[], span: Span): NewPriceVersion[] {
  const before = [...recorded].sort(latestFirst).map(statementOf)
  const after = inOrderOfRecord(wanted).map(wantedStatement)
  const pieces = piecesOf([...before, ...after], span)
  if (pieces.every(({ fromMs }) => saidAt(before, fromMs) === saidAt(after, fromMs))) return []
  const gaps = joined(pieces.filter(({ fromMs }) => !isCovered(after, fromMs) && saidAt(before, fromMs) !== ''))
  return [
    ...gaps.map((gap) => withdrawal(recorded, gap)),
    ...wanted.map((version) => clipped(version, span)).filter((version) => version !== undefined),
  ]
}

/** As `latestFirst` will order them once they are recorded, together and in this order. */
const inOrderOfRecord = (wanted: NewPriceVersion[]): NewPriceVersion[] =>
  wanted.toReversed().sort((a, b) => Number(!a.daily) - Number(!b.daily) || (a.rank ?? 0) - (b.rank ?? 0))

/** The span cut wherever a statement begins or ends: within a piece, every day is like the other. */
function piecesOf(statements: Statement[], { fromMs, toMs }: Span): Span[] {
  const cuts = statements.flatMap((statement) => [statement.fromMs, statement.toMs])
  const inside = [...new Set(cuts)].filter((at) => at > fromMs && at < toMs).sort((a, b) => a - b)
  return [fromMs, ...inside].map((from, index) => ({ fromMs: from, toMs: inside[index] ?? toMs }))
}

const at = (statements: Statement[], ms: number) => statements.filter(({ fromMs, toMs }) => ms >= fromMs && ms < toMs)

const isCovered = (statements: Statement[], ms: number) => at(statements, ms).some(({ isAllDay }) => isAllDay)

/** Prices of hours come before that of the whole day, which hides everything recorded earlier. */
function saidAt(statements: Statement[], ms: number): string {
  const standing = at(statements, ms)
  const allDay = standing.findIndex(({ isAllDay }) => isAllDay)
  const heard = allDay < 0 ? standing : standing.slice(0, allDay + 1)
  return heard
    .map(({ says }) => says)
    .filter(Boolean)
    .join('\n')
}

function joined(spans: Span[]): Span[] {
  const result: Span[] = []
  for (const span of spans) {
    const last = result.at(-1)
    if (last?.toMs === span.fromMs) last.toMs = span.toMs
    else result.push({ ...span })
  }
  return result
}

function withdrawal(recorded: PriceVersion[], { fromMs, toMs }: Span): NewPriceVersion {
  const [latest] = [...recorded].sort(latestFirst)
  const { source, provider, modelPattern, rank } = latest as PriceVersion
  return {
    ...{ source, provider, modelPattern, rank, rates: [], note: 'withdrawn' },
    ...{ validFrom: toDate(fromMs), validTo: toDate(toMs) },
  }
}

function clipped(version: NewPriceVersion, span: Span): NewPriceVersion | undefined {
  const { fromMs, toMs } = validityOf(version)
  const from = Math.max(fromMs, span.fromMs)
  const to = Math.min(toMs, span.toMs)
  return from < to ? { ...version, validFrom: toDate(from), validTo: toDate(to) } : undefined
}

const toDate = (ms: number): Date | null => (Number.isFinite(ms) ? new Date(ms) : null)

const validityOf = ({ validFrom, validTo }: NewPriceVersion): Span => ({
  fromMs: validFrom?.getTime() ?? Number.NEGATIVE_INFINITY,
  toMs: validTo?.getTime() ?? Number.POSITIVE_INFINITY,
})

function wantedStatement(version: NewPriceVersion): Statement {
  const rates = version.rates.map((rate) => [rate.tokenClass, rate.aboveInputTokens, perUnit(rate.usdPerMillion)])
  const daily = version.daily && { fromMs: timeOfDayMs(version.daily.from), toMs: timeOfDayMs(version.daily.to) }
  return { ...validityOf(version), ...saying(rates, version.rank ?? 0, daily) }
}

function statementOf(version: PriceVersion): Statement {
  const span = { fromMs: version.validFromMs, toMs: version.validToMs }
  if (version.problem !== undefined)
    return { ...span, isAllDay: version.daily === undefined, says: `unreadable ${version.priceVersion}` }
  const rates = Object.entries(version.rates).flatMap(([tokenClass, tiers]) =>
    tiers.map((tier) => [tokenClass, tier.aboveInputTokens, tier.picoUsdPerUnit]),
  )
  return { ...span, ...saying(rates, version.rank, version.daily) }
}

function saying(rates: unknown[], rank: number, daily: Span | undefined): Pick<Statement, 'says' | 'isAllDay'> {
  const isAllDay = daily === undefined
  if (isAllDay && rates.length === 0) return { isAllDay, says: '' }
  const hours = daily ? `${daily.fromMs}-${daily.toMs}` : ''
  return { isAllDay, says: [hours, rank, rates.map(String).sort().join(';')].join('|') }
}

// The price book: which price was in force. In: all versions ever recorded. Out: the one version that prices a model
// of a provider at a moment, as known on a date. Pure; a changed table makes a new book.
import { LRUCache } from 'lru-cache'
import { parseModelPattern } from './model-pattern.ts'
import { latestFirst, type PriceSource, type PriceVersion } from './price-version.ts'

export interface PriceBook {
  /** The version in force for a call that starts at `atMs`, perhaps with a `problem`; undefined when no price is known. */
  find: (provider: string, model: string, atMs: number) => PriceVersion | undefined
  size: number
}

const SOURCE_ORDER: Record<PriceSource, number> = { override: 0, default: 1, catalogue: 2 }

/** Providers that resell models of others under their own account, priced as the maker's unless listed themselves. */
const RESOLD_FROM: ReadonlyMap<string, string[]> = new Map(
  Object.entries({
    'azure.ai.openai': ['openai'],
    'azure.ai.inference': ['azure.ai.openai', 'openai', 'anthropic', 'deepseek', 'x_ai'],
    'gcp.vertex_ai': ['gcp.gemini', 'anthropic'],
    'gcp.gemini': ['anthropic'],
  }),
)

const DAY_MS = 86_400_000
const MAX_CACHED_MODELS = 10_000

/** All versions of one pattern, the latest record first. */
interface Pattern {
  versions: PriceVersion[]
  matches: (model: string) => boolean
  specificity: number
}

/** @param options.knownOnMs leaves out what was recorded later. */
export function createPriceBook(versions: PriceVersion[], options: { knownOnMs?: number } = {}): PriceBook {
  const known = versions.filter((version) => version.recordedAtMs <= (options.knownOnMs ?? Number.POSITIVE_INFINITY))
  const byProvider = new Map(
    [...Map.groupBy(known, ({ provider }) => provider)].map(([provider, own]) => [provider, patternsOf(own)]),
  )
  // Model names come from outside: the memory they may take is bounded.
  const candidatesByModel = new LRUCache<string, Pattern[][]>({ max: MAX_CACHED_MODELS })

  /** Best first: those of the provider itself, then those of the makers whose models it resells. */
  const candidatesOf = (provider: string, model: string): Pattern[][] => {
    const key = `${provider}\n${model}`
    const cached = candidatesByModel.get(key)
    if (cached) return cached
    const matching = (...names: string[]) =>
      names.flatMap((name) => byProvider.get(name) ?? []).filter((pattern) => pattern.matches(model))
    const makers = RESOLD_FROM.get(provider) ?? []
    const candidates = [matching(provider, '*'), ...makers.map((maker) => matching(maker))]
    candidatesByModel.set(key, candidates)
    return candidates
  }

  return {
    size: known.length,
    find: (provider, model, atMs) => {
      for (const name of spellingsOf(model)) {
        for (const patterns of candidatesOf(provider, name)) {
          const found = inForce(patterns, atMs)
          if (found) return found
        }
      }
      return undefined
    },
  }
}

/** The best of what each pattern says at that moment; a pattern that is withdrawn then says nothing. */
function inForce(patterns: Pattern[], atMs: number): PriceVersion | undefined {
  let best: { version: PriceVersion; specificity: number } | undefined
  for (const { versions, specificity } of patterns) {
    const version = versions.find((one) => appliesAt(one, atMs))
    if (!version || isWithdrawn(version)) continue
    if (!best || bestFirst({ version, specificity }, best) < 0) best = { version, specificity }
  }
  return best?.version
}

const isWithdrawn = ({ rates, problem }: PriceVersion) => problem === undefined && Object.keys(rates).length === 0

function appliesAt(version: PriceVersion, atMs: number): boolean {
  if (atMs < version.validFromMs || atMs >= version.validToMs) return false
  if (!version.daily) return true
  const { fromMs, toMs } = version.daily
  // Rounded to the microsecond: what a double leaves over must not decide on which side of an hour a call is.
  const ofDay = Math.round((((atMs % DAY_MS) + DAY_MS) % DAY_MS) * 1000) / 1000
  return fromMs < toMs ? ofDay >= fromMs && ofDay < toMs : ofDay >= fromMs || ofDay < toMs
}

type Candidate = Pick<Pattern, 'specificity'> & { version: PriceVersion }

function bestFirst(a: Candidate, b: Candidate): number {
  return (
    SOURCE_ORDER[a.version.source] - SOURCE_ORDER[b.version.source] ||
    Number(a.version.provider === '*') - Number(b.version.provider === '*') ||
    (a.version.source === 'catalogue' ? a.version.rank - b.version.rank : b.specificity - a.specificity) ||
    latestFirst(a.version, b.version)
  )
}

/** As written, then without a routing prefix: `anthropic/claude-…`, `models/gemini-…`. */
function spellingsOf(model: string): string[] {
  const slash = model.lastIndexOf('/')
  return slash < 0 ? [model] : [model, model.slice(slash + 1)]
}

/** A pattern that cannot be read is left out: whose price it is, nobody can tell. */
function patternsOf(versions: PriceVersion[]): Pattern[] {
  const patterns = Map.groupBy(versions, ({ source, modelPattern }) => `${source}\n${modelPattern}`)
  return [...patterns.values()].flatMap((own) => {
    try {
      return [{ versions: own.sort(latestFirst), ...parseModelPattern((own[0] as PriceVersion).modelPattern) }]
    } catch {
      return []
    }
  })
}

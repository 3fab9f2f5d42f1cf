// The price book: which price was in force. In: all versions ever recorded. Out: the one version that prices a model
// of a provider at a moment, as known on a date. Pure; a changed table makes a new book.
import { LRUCache } from 'lru-cache'
import { parseModelPattern } from './model-pattern.ts'
import type { PriceSource, PriceVersion } from './price-version.ts'

export interface PriceBook {
  /** The version in force for a call that starts at `atMs`, perhaps with a `problem`; undefined when no price is known. */
  find: (provider: string, model: string, atMs: number) => PriceVersion | undefined
  size: number
}

const SOURCE_ORDER: Record<PriceSource, number> = { override: 0, default: 1, catalogue: 2 }

/** Providers that resell models of others under their own account, priced as the maker's unless listed themselves. */
const RESOLD_FROM: Record<string, string[]> = {
  'azure.ai.openai': ['openai'],
  'azure.ai.inference': ['azure.ai.openai', 'openai', 'anthropic', 'deepseek', 'x_ai'],
  'gcp.vertex_ai': ['gcp.gemini', 'anthropic'],
  'gcp.gemini': ['anthropic'],
}

const DAY_MS = 86_400_000
const MAX_CACHED_MODELS = 10_000

interface Entry {
  version: PriceVersion
  matches: (model: string) => boolean
  specificity: number
}

/** @param options.knownOnMs leaves out what was recorded later. */
export function createPriceBook(versions: PriceVersion[], options: { knownOnMs?: number } = {}): PriceBook {
  const known = versions.filter((version) => version.recordedAtMs <= (options.knownOnMs ?? Number.POSITIVE_INFINITY))
  const byProvider = Map.groupBy(known.flatMap(toEntry), ({ version }) => version.provider)
  for (const entries of byProvider.values()) entries.sort(bestFirst)
  const anyProvider = byProvider.get('*') ?? []
  // Model names come from outside: the memory they may take is bounded.
  const candidatesByModel = new LRUCache<string, Entry[]>({ max: MAX_CACHED_MODELS })

  const candidatesOf = (provider: string, model: string): Entry[] => {
    const key = `${provider}\n${model}`
    const cached = candidatesByModel.get(key)
    if (cached) return cached
    const own = [...(byProvider.get(provider) ?? []), ...anyProvider].filter((entry) => entry.matches(model))
    own.sort(bestFirst)
    const resold = (RESOLD_FROM[provider] ?? []).flatMap((maker) =>
      (byProvider.get(maker) ?? []).filter((entry) => entry.matches(model)),
    )
    const candidates = [...own, ...resold]
    candidatesByModel.set(key, candidates)
    return candidates
  }

  return {
    size: known.length,
    find: (provider, model, atMs) => {
      for (const name of spellingsOf(model)) {
        const found = inForce(candidatesOf(provider, name), atMs)
        if (found) return found
      }
      return undefined
    },
  }
}

/** Best first, and of one pattern the latest record first: later records of a pattern replace earlier ones. */
function inForce(candidates: Entry[], atMs: number): PriceVersion | undefined {
  const replaced = new Set<string>()
  for (const { version } of candidates) {
    if (!appliesAt(version, atMs)) continue
    const pattern = `${version.source}\n${version.provider}\n${version.modelPattern}`
    if (replaced.has(pattern)) continue
    replaced.add(pattern)
    if (version.problem !== undefined || Object.keys(version.rates).length > 0) return version
  }
  return undefined
}

function appliesAt(version: PriceVersion, atMs: number): boolean {
  if (atMs < version.validFromMs || atMs >= version.validToMs) return false
  if (!version.daily) return true
  const { fromMs, toMs } = version.daily
  const ofDay = ((atMs % DAY_MS) + DAY_MS) % DAY_MS
  return fromMs < toMs ? ofDay >= fromMs && ofDay < toMs : ofDay >= fromMs || ofDay < toMs
}

function bestFirst(a: Entry, b: Entry): number {
  return (
    SOURCE_ORDER[a.version.source] - SOURCE_ORDER[b.version.source] ||
    Number(a.version.provider === '*') - Number(b.version.provider === '*') ||
    (a.version.source === 'catalogue' ? a.version.rank - b.version.rank : b.specificity - a.specificity) ||
    b.version.recordedAtMs - a.version.recordedAtMs ||
    Number(b.version.daily !== undefined) - Number(a.version.daily !== undefined) ||
    b.version.priceVersion - a.version.priceVersion
  )
}

/** As written, then without a routing prefix: `anthropic/claude-…`, `models/gemini-…`. */
function spellingsOf(model: string): string[] {
  const slash = model.lastIndexOf('/')
  return slash < 0 ? [model] : [model, model.slice(slash + 1)]
}

/** Nothing for a pattern that cannot be read: whose price it is, nobody can tell. */
function toEntry(version: PriceVersion): Entry[] {
  try {
    return [{ version, ...parseModelPattern(version.modelPattern) }]
  } catch {
    return []
  }
}

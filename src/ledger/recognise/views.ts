// Several views of one call become one row. In: the views. Out: the one that is booked, with the figures of the view
// that knows most and the facts it lacks filled in from the others.
import type { Candidate, Level, Usage } from './candidate.ts'
import { figuresAgree, hasFigures } from './same-call.ts'
import type { TraceTree } from './trace-tree.ts'

/** The order of everything in here: by start, then span id; never by arrival. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1
  return a.spanId < b.spanId ? -1 : a.spanId > b.spanId ? 1 : 0
}

/**
 * How near to the wire: the SDK lies within the client's instrumentation, and that within a framework's. The provider's own
 * spans come last: they know nothing of the application whose call it was.
 */
export const LEVELS: Record<Level, number> = { sdk: 2, client: 1, framework: 0, server: -1 }

/** How much a view's figures are to be believed: measured before partial before estimated, known convention, detail. */
function trust(view: Candidate): number {
  if (!hasFigures(view)) return view.usage === undefined ? -2 : -1
  const { usage } = view
  let score = view.certainty === 'measured' ? 1000 : view.certainty === 'partial' ? 500 : 100
  if (view.cacheConvention !== 'assumed') score += 100
  score += LEVELS[view.level] * 10
  if (usage !== undefined)
    score += Math.sign(usage.cacheReadTokens) + Math.sign(usage.cacheWriteTokens) + Math.sign(usage.reasoningTokens)
  return score
}

export interface MergedViews {
  chosen: Candidate
  merged: Candidate
  reason: string
}

export function mergeViews(views: readonly Candidate[], tree: TraceTree): MergedViews {
  const [only] = views
  if (only === undefined) throw new Error('a call without views')
  if (views.length === 1) return { chosen: only, merged: only, reason: describe(only) }
  // The row keeps the identity of the innermost view: it is nearest to the call in time and place.
  const chosen =
    [...views].sort(
      (a, b) => LEVELS[b.level] - LEVELS[a.level] || tree.depth(b) - tree.depth(a) || compareCandidates(a, b),
    )[0] ?? only
  const best = mostTrusted(views)[0] ?? only
  const figures = best === chosen ? '' : `; figures of ${best.recognisedBy} (${best.spanId})`
  return { chosen, merged: mergeInto(chosen, views), reason: `${describe(chosen)}, ${views.length} views${figures}` }
}

const mostTrusted = (views: readonly Candidate[]): Candidate[] =>
  [...views].sort((a, b) => trust(b) - trust(a) || compareCandidates(a, b))

/** The chosen view with the figures of the one that knows most and the missing facts of all. */
export function mergeInto(chosen: Candidate, views: readonly Candidate[]): Candidate {
  const byTrust = mostTrusted(views)
  const best = byTrust[0] ?? chosen
  const merged: Candidate = { ...chosen, certainty: best.certainty, cacheConvention: best.cacheConvention }
  if (best.usage !== undefined) merged.usage = addDetail(best, byTrust)
  for (const view of byTrust) fillIn(merged, view)
  // Success of any view is success of the call: an outer failure (an unparsable answer) does not unbill it.
  if (views.some(({ status }) => status === 'success')) Object.assign(merged, { status: 'success', errorClass: '' })
  else {
    // One view may know why it failed where another only knows that it did.
    const told = byTrust.find(({ status }) => status !== 'error')
    if (told !== undefined) Object.assign(merged, { status: told.status, errorClass: told.errorClass })
  }
  return merged
}

/** Cached and reasoning parts the best view left out, where another view's figures are of the same call. */
function addDetail(best: Candidate, views: readonly Candidate[]): Usage {
  const usage = { ...(best.usage as Usage) }
  for (const { usage: other } of views) {
    if (other === undefined || !figuresAgree(usage, other)) continue
    const cached = other.cacheReadTokens + other.cacheWriteTokens
    if (usage.cacheReadTokens + usage.cacheWriteTokens === 0 && cached > 0 && other.inputTokens === usage.inputTokens) {
      usage.cacheReadTokens = other.cacheReadTokens
      usage.cacheWriteTokens = other.cacheWriteTokens
    }
    if (usage.reasoningTokens === 0) usage.reasoningTokens = other.reasoningTokens
  }
  return usage
}

const FACTS = ['provider', 'requestModel', 'responseModel', 'operation', 'responseId', 'finishReason'] as const

function fillIn(merged: Candidate, view: Candidate): void {
  for (const fact of FACTS) if (merged[fact] === '') merged[fact] = view[fact]
  if (merged.timeToFirstTokenMs === undefined && view.timeToFirstTokenMs !== undefined) {
    merged.timeToFirstTokenMs = view.timeToFirstTokenMs
  }
  if (view.streaming) merged.streaming = true
  if (merged.besides === undefined && view.besides !== undefined) merged.besides = view.besides
}

function describe(view: Candidate): string {
  return view.usage === undefined ? 'a call whose usage nobody reported' : 'a call of its own'
}

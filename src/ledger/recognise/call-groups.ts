// Which call spans are views of one call. In: call candidates. Out: a partition that only ever joins.
import type { Candidate } from './candidate.ts'

export interface CallGroup {
  views: Candidate[]
  /** Why a view was joined to the group, for `spanledger explain`. */
  reasons: Map<Candidate, string>
}

export interface CallGroups {
  of(call: Candidate): CallGroup
  all(): CallGroup[]
  join(a: Candidate, b: Candidate, reason: string): void
}

export function createGroups(calls: readonly Candidate[]): CallGroups {
  const groups = new Map<Candidate, CallGroup>()
  for (const call of calls) groups.set(call, { views: [call], reasons: new Map() })
  const of = (call: Candidate): CallGroup => {
    const group = groups.get(call)
    if (group === undefined) throw new Error(`span ${call.spanId} is not among the calls`)
    return group
  }
  return {
    of,
    all: () => [...new Set(groups.values())],
    join: (a, b, reason) => {
      const into = of(a)
      const from = of(b)
      if (into === from) return
      for (const view of from.views) {
        into.views.push(view)
        groups.set(view, into)
      }
      for (const [view, why] of from.reasons) into.reasons.set(view, why)
      for (const view of [a, b]) if (!into.reasons.has(view)) into.reasons.set(view, reason)
    },
  }
}

// Standing orders of the stand-in server and its own record of what it served. In: rules from POST /control, one entry
// per answered request. Out: the behaviour a request gets; the record is the truth that tests compare the ledger with.
import { z } from 'zod'
import { type Behaviour, behaviourSchema } from './behaviour.ts'

export const ruleSchema = z.strictObject({
  /** Applies to requests for this model only; absent: all. */
  model: z.string().min(1).optional(),
  /** Applies to every nth matching request; absent: each one. */
  every: z.number().int().min(1).optional(),
  /** Ends after it was applied this often; absent: stays until reset. */
  times: z.number().int().min(1).optional(),
  behaviour: behaviourSchema,
})

export type Rule = z.output<typeof ruleSchema>

/** One request as the server answered it; what it charged is in `usage`. */
export interface ServedCall {
  id: string
  at: string
  endpoint: 'chat.completions' | 'embeddings' | 'rerank'
  model: string
  status: number
  outcome: 'complete' | 'error' | 'cut' | 'abandoned'
  usage: { promptTokens: number; completionTokens: number; cachedTokens: number; reasoningTokens: number }
}

export interface Control {
  add(rule: Rule): void
  reset(): void
  rules(): { rule: Rule; matched: number; applied: number }[]
  /** Behaviour ordered for a request of this model; later rules win over earlier ones. */
  orderedFor(model: string): Behaviour
  record(call: ServedCall): void
  calls(): readonly ServedCall[]
}

/** @param maxCalls calls remembered; older ones are forgotten. */
export function createControl(maxCalls = 10_000): Control {
  let entries: { rule: Rule; matched: number; applied: number }[] = []
  let served: ServedCall[] = []
  return {
    add(rule) {
      entries.push({ rule, matched: 0, applied: 0 })
    },
    reset() {
      entries = []
      served = []
    },
    rules: () => entries.map((entry) => ({ ...entry })),
    orderedFor(model) {
      let behaviour: Behaviour = {}
      for (const entry of entries) {
        const { rule } = entry
        if (rule.model !== undefined && rule.model !== model) continue
        entry.matched += 1
        if (entry.matched % (rule.every ?? 1) !== 0) continue
        if (rule.times !== undefined && entry.applied >= rule.times) continue
        entry.applied += 1
        behaviour = { ...behaviour, ...rule.behaviour }
      }
      return behaviour
    },
    record(call) {
      served.push(call)
      if (served.length > maxCalls) served = served.slice(-Math.ceil(maxCalls / 2))
    },
    calls: () => served,
  }
}

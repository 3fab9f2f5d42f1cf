// Every capture of a real library against what the provider knows it served. The rules: as many calls are booked as
// were billed; what is booked as measured is the provider's figure, to the token; what is not known is flagged.
import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../../src/ledger/recognise/candidate.ts'
import { DOUBLED_CALLS, UNKNOWN_PARTS, UNSEEN_CALLS } from './capture-limits.ts'
import { type Capture, decide, loadCaptures, type Truth } from './captures.ts'

const captures = loadCaptures()

function booked({ spans }: Capture): Candidate[] {
  return decide(spans)
    .filter(({ outcome }) => outcome === 'booked')
    .map(({ candidate }) => candidate)
}

const isBilled = ({ status }: Truth): boolean => status === 'success' || status === 'aborted'

/** Tokens as the bill sees them; parts a library never reports are left out of the comparison, by name. */
function figures(model: string, usage: Truth['usage'] | Candidate['usage'], unknown: readonly string[]): string {
  const known = Object.entries(usage ?? {}).filter(([part]) => !unknown.includes(part))
  return `${model} ${known.map(([part, count]) => `${part} ${count}`).join(' ')}`
}

const matching = (table: readonly { captures: RegExp }[], key: string): number =>
  table.findIndex(({ captures }) => captures.test(key))

describe.each(captures.map((capture) => ({ key: `${capture.library}/${capture.name}`, capture })))(
  '$key',
  ({ key, capture }) => {
    const calls = booked(capture)
    const billed = capture.truth.filter(isBilled)
    const doubled = DOUBLED_CALLS[matching(DOUBLED_CALLS, key)]?.calls ?? 0
    const unknown = UNKNOWN_PARTS[matching(UNKNOWN_PARTS, key)]?.parts ?? []

    test('books as many calls as were billed', () => {
      const unseen = UNSEEN_CALLS[matching(UNSEEN_CALLS, key)]?.calls ?? 0
      const answered = calls.filter(({ status, usage }) => status === 'success' || (usage?.outputTokens ?? 0) > 0)
      expect(answered).toHaveLength(billed.length - unseen + doubled)
    })

    test('presents as measured only what the provider said', () => {
      const truth = [...billed, ...(doubled > 0 ? billed : [])].map(({ model, usage }) =>
        figures(model, usage, unknown),
      )
      for (const { certainty, status, usage, requestModel, responseModel } of calls) {
        if (certainty !== 'measured' || status !== 'success') continue
        const line = figures(responseModel || requestModel, usage, unknown)
        const at = truth.indexOf(line)
        expect(truth, line).toContain(line)
        truth.splice(at, 1)
      }
    })

    test('names the provider and flags every call it has no figures for', () => {
      const providers = capture.truth.map(({ provider }) => provider)
      for (const { certainty, status, usage, provider, requestModel, responseModel } of calls) {
        // A crew's own count names neither provider nor model: a stand-in that cannot be priced.
        const isNameless = certainty === 'partial' && requestModel + responseModel === ''
        expect(isNameless ? [...providers, ''] : providers).toContain(provider)
        if (status === 'success' && usage === undefined) expect(certainty).not.toBe('measured')
        if (status !== 'success' && certainty === 'measured')
          expect(usage).toMatchObject({ inputTokens: 0, outputTokens: 0 })
      }
    })
  },
)

test('there are captures of every library the documents name', () => {
  expect(new Set(captures.map(({ library }) => library)).size).toBeGreaterThanOrEqual(30)
})

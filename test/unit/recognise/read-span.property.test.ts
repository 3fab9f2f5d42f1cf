// Whatever a sender writes under the names recognition looks at, reading never throws and never invents a figure that
// is no count.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSpan } from '../../../src/ledger/recognise/read-span.ts'
import type { Attributes, AttributeValue } from '../../../src/ledger/span.ts'
import { runs } from '../../support/property-runs.ts'
import { loadCaptures } from './captures.ts'
import { span } from './spans.ts'

const captured = loadCaptures().flatMap(({ spans }) => spans)
const NAMES = [...new Set(captured.flatMap(({ attributes }) => Object.keys(attributes)))]
const SCOPES = [...new Set(captured.map(({ scopeName }) => scopeName))]

const value: fc.Arbitrary<AttributeValue> = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.string(),
  fc.constant(null),
  fc.json(),
  fc.constantFrom('{', '[', '{"id":', "{'prompt_tokens': ", '{"usage":null}', 'null', '__proto__'),
  fc.array(fc.oneof(fc.string(), fc.integer())),
  fc.constant({ nested: { input_tokens: 5 } }),
)

test('reading never throws, and tokens are whole and not negative', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...NAMES), value, { minKeys: 1, maxKeys: 20 }),
      fc.constantFrom(...SCOPES),
      fc.constantFrom('raw_gen_ai_request', 'chat x', ''),
      fc.integer({ min: 0, max: 5 }),
      (attributes, scopeName, name, kind) => {
        const read = readSpan(span({ ...attributes } as Attributes, { scopeName, name, kind }))
        expect(read?.timeToFirstTokenMs ?? 0).toBeGreaterThanOrEqual(0)
        for (const count of Object.values(read?.usage ?? {})) {
          expect(Number.isSafeInteger(count) && count >= 0, `${count}`).toBe(true)
        }
      },
    ),
    runs(2000),
  )
})

test('the generator reaches candidates: a changed value on a captured span is still read', () => {
  const calls = captured.filter((found) => readSpan(found) !== undefined)
  fc.assert(
    fc.property(fc.constantFrom(...calls), fc.constantFrom(...NAMES), value, (call, name, changed) => {
      readSpan({ ...call, attributes: { ...call.attributes, [name]: changed } })
    }),
    runs(2000),
  )
  expect(calls.length).toBeGreaterThan(500)
})

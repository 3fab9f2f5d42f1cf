// The scanner is as strict as JSON.parse: both take and refuse the same texts, and the scanner ends where the value does.
import { expect, it } from 'vitest'
import { JsonScanner } from '../../../src/ledger/decode/json-scanner.ts'
import { between, createRandom, pick, type Random } from '../../support/otlp/random-trace.ts'

const ALPHABET = '{}[]:,"\\0123456789.eE+-truefalsn\\u00b7 \n\té€𝄞\u0001ab/'

const taken = (read: () => unknown): boolean => {
  try {
    read()
    return true
  } catch {
    return false
  }
}

function scan(text: string): void {
  const scanner = new JsonScanner(Buffer.from(text))
  scanner.skipValue()
  scanner.end()
}

function randomValue(random: Random, depth = 0): unknown {
  const kind = between(random, 0, depth > 3 ? 5 : 7)
  if (kind <= 1) return between(random, -1_000_000, 1_000_000) / pick(random, [1, 3, 1e30])
  if (kind <= 3) return Array.from({ length: between(random, 0, 8) }, () => pick(random, [...ALPHABET])).join('')
  if (kind <= 5) return pick(random, [true, false, null, '', {}, []])
  const values = Array.from({ length: between(random, 0, 4) }, () => randomValue(random, depth + 1))
  return kind === 6 ? values : Object.fromEntries(values.map((value, index) => [`k${index}"`, value]))
}

it('takes and refuses what JSON.parse does', () => {
  const random = createRandom(20_261_121)
  const verdicts = { true: 0, false: 0 }
  const differing: string[] = []
  for (let round = 0; round < 20_000; round++) {
    const characters = [...JSON.stringify(randomValue(random), null, pick(random, [0, 1]))]
    for (let change = between(random, 0, 2); change > 0; change--) {
      characters.splice(between(random, 0, characters.length), between(random, 0, 1), pick(random, [...ALPHABET]))
    }
    const text = characters.join('')
    const expected = taken(() => JSON.parse(text))
    verdicts[`${expected}`] += 1
    if (taken(() => scan(text)) !== expected) differing.push(text)
  }
  expect(differing).toEqual([])
  expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(2000)
}, 60_000)

it.each([
  '',
  ' ',
  '01',
  '1.',
  '.5',
  '-',
  '1e',
  '"\\x"',
  '"\\u12g4"',
  '"\n"',
  '[1,]',
  '{"a":1,}',
  '{,}',
  '{a:1}',
  '[1 2]',
  'nul',
  '1 1',
  '\u00a01',
  '[}',
  '{"a"}',
  '\ufeff{}',
])('refuses %j, as JSON.parse does', (text) => {
  expect(taken(() => JSON.parse(text))).toBe(false)
  expect(taken(() => scan(text))).toBe(false)
})

it('passes a value nested a hundred thousand times', () => {
  scan('['.repeat(100_000) + ']'.repeat(100_000))
  expect(taken(() => scan('['.repeat(100_000)))).toBe(false)
})

// The collector's patterns are made from the library's: what the making must keep.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byWord, CLEAN, toGo } from '../../collector/redaction.ts'
import { redact } from '../../instrumentation/content/redact.ts'
import { PLANTED } from '../fixtures/secrets.ts'

describe('patterns in Go’s syntax', () => {
  it.each([
    [/(?<![A-Za-z0-9])[A-Z]{2}(?![A-Za-z0-9])/, '(?:^|[^A-Za-z0-9])[A-Z]{2}\\b'],
    [/(?<=:\/\/)a:b(?=@)/, '://a:b@'],
    [/\bbearer (?!\[redacted)x/i, '(?i:\\bbearer x)'],
  ])('%s', (regex, go) => expect(toGo(regex)).toBe(go))

  it('stand alone by word where they are blind to case', () => {
    expect(byWord(/((?<![A-Za-z0-9])(?:api[-_]?key|secret(?:[-_]?key)?|client[-_]?secret)=)(x)/i)).toEqual([
      'pi[-_]?[kK]ey=(x)',
      'API[-_]?KEY=(x)',
      'ecret[-_]?[kK]ey=(x)',
      'SECRET[-_]?KEY=(x)',
      'ecret=(x)',
      'SECRET=(x)',
    ])
  })

  it('are refused where Go has none', () => {
    expect(() => toGo(/(?<=a|b)c/)).not.toThrow()
    expect(() => toGo(/(?<!(?:a|b))c/)).toThrow(/not to be said/)
  })
})

describe('values that the collector does not search', () => {
  const clean = CLEAN.map((pattern) => new RegExp(pattern))

  it('hold nothing that the library would find, keys and tokens of plain words apart', () => {
    const texts = fc.oneof(...clean.map((pattern) => fc.stringMatching(pattern)))
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(!/bearer|basic|eyJ|sk-|xox/i.test(text))
        expect(redact(text)).toBe(text)
      }),
      { numRuns: 5_000 },
    )
  })

  it('are none of the planted secrets, alone or in their sentence', () => {
    const passed = PLANTED.flatMap(({ value, text }) => [value, text]).filter((text) => clean.some((c) => c.test(text)))
    // A password or a line of a key is no secret without the words around it.
    const bare = new Set(
      PLANTED.filter(({ kind }) => /password|named key|json key/.test(kind)).map(({ value }) => value),
    )
    expect(passed.filter((text) => !bare.has(text))).toEqual([])
  })
})

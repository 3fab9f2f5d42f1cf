// The collector's patterns are made from the library's: what the making must keep.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byWord, CLEAN, toGo } from '../../collector/redaction.ts'
import { redact } from '../../instrumentation/content/redact.ts'
import { PLANTED } from '../fixtures/secrets.ts'
import { runs } from '../support/property-runs.ts'

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

  /** What the library takes for a secret in them by its looks alone, each with a text that shows it. */
  const LOOKS: [RegExp, string][] = [
    [/bearer|basic|eyJ|sk-|xox/i, 'bearer tokenlike'],
    [/(?:key|secret|token|authorization|passphrase|password|passwd|pwd):/i, 'http://pwd:65352/'],
    // A dialling code: in a number, a port, an id in hexadecimal.
    [/(?<![\w.+])00[1-9]/, '009.038/296'],
    [/(?<![\w.+])00[1-9]/, 'http://a:0037/76/496'],
    [/(?<![\w.+])00[1-9]/, '00899296-5301-a52c-202c-3e4ab27fbabf'],
  ]

  it('hold nothing that the library would find, but for what only looks like it', () => {
    const texts = fc.oneof(...clean.map((pattern) => fc.stringMatching(pattern)))
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(!LOOKS.some(([look]) => look.test(text)))
        expect(redact(text)).toBe(text)
      }),
      runs(5_000),
    )
  })

  it.each(LOOKS)('are not compared where %s: the library finds %j', (look, text) => {
    expect([look.test(text), clean.some((c) => c.test(text)), redact(text) === text]).toEqual([true, true, false])
  })

  it('are none of the planted secrets, alone or in their sentence', () => {
    const passed = PLANTED.flatMap(({ value, text }) => [value, text]).filter((text) => clean.some((c) => c.test(text)))
    // A password or a signature is no secret without the words around it, to the library neither.
    expect(passed.filter((text) => redact(text) !== text)).toEqual([])
  })
})

// Takes secrets and personal data out of text. In: any string on its way out of the process. Out: the same string with
// each find replaced by `[redacted:<what>]`.
import { NAMED, type PatternGroup, PERSONAL, SECRETS } from './patterns.ts'

/** What may stay: identity values (ids the app chose) keep what looks like an e-mail or a number. */
export type RedactionScope = 'all' | 'secrets'

export function redact(text: string, scope: RedactionScope = 'all'): string {
  if (text.length < 6) return text
  let result = text
  if (SECRETS.hint.test(result)) {
    result = replace(result, SECRETS)
    if (NAMED.hint.test(result)) result = result.replace(NAMED.regex, '$1[redacted:secret]')
  }
  if (scope === 'all' && PERSONAL.hint.test(result)) result = replace(result, PERSONAL)
  return result
}

function replace(text: string, { patterns }: PatternGroup): string {
  let result = text
  for (const { label, regex, accept } of patterns) {
    result = result.replace(regex, (match) => (accept && !accept(match) ? match : `[redacted:${label}]`))
  }
  return result
}

// Takes secrets and personal data out of text. In: any string on its way out of the process. Out: the same string with
// each find replaced by `[redacted:<what>]`.
import { NAMED, type PatternGroup, PERSONAL, SECRETS } from './patterns.ts'

/** What may stay: identity values (ids the app chose) keep what looks like an e-mail or a number. */
export type RedactionScope = 'all' | 'secrets'

const SHORT = 96
const MAX_REMEMBERED = 4_096

// Most strings are few and repeat (organisations, models, routes): those known to be clean are not searched again.
const clean: Record<RedactionScope, Set<string>> = { all: new Set(), secrets: new Set() }

export function redact(text: string, scope: RedactionScope = 'all'): string {
  if (text.length < 6) return text
  const remembered = clean[scope]
  if (text.length <= SHORT && remembered.has(text)) return text
  const result = search(text, scope)
  if (result === text && text.length <= SHORT) {
    if (remembered.size >= MAX_REMEMBERED) remembered.clear()
    remembered.add(text)
  }
  return result
}

function search(text: string, scope: RedactionScope): string {
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

// Which models a price is for. In: a pattern as operators write it. Out: a test for model names, and how specific the
// pattern is. `gpt-4o` is that model; `gpt-4o*` is a wildcard; a leading `~` makes the rest a regular expression.
// Case does not matter.

export interface ModelPattern {
  matches: (model: string) => boolean
  /** Higher wins: exact before wildcard before regular expression, then by length of the literal part. */
  specificity: number
}

const EXACT = 2_000_000
const WILDCARD = 1_000_000

/** @throws SyntaxError when the regular expression is malformed. */
export function parseModelPattern(pattern: string): ModelPattern {
  if (pattern.startsWith('~')) {
    const expression = new RegExp(pattern.slice(1), 'i')
    return { matches: (model) => expression.test(model), specificity: pattern.length }
  }
  if (pattern.includes('*')) {
    const expression = new RegExp(`^${pattern.split('*').map(escapeRegExp).join('.*')}$`, 'i')
    return { matches: (model) => expression.test(model), specificity: WILDCARD + pattern.replaceAll('*', '').length }
  }
  const wanted = pattern.toLowerCase()
  return { matches: (model) => model.toLowerCase() === wanted, specificity: EXACT }
}

export const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

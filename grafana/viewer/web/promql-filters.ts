// Ad hoc filters on PromQL. In: an expression and filters. Out: the expression with a matcher for each filter in every
// selector; `$__…` durations are not filled in yet, so they are hidden from the parser meanwhile.
import { parser } from '@prometheus-io/lezer-promql'

export interface Filter {
  key: string
  operator: string
  value: string
}

const DURATION = /\$\{?__\w+\}?/g

/** @returns `expr` unchanged without filters. Operators are those of matchers: `=`, `!=`, `=~`, `!~`. */
export function withFilters(expr: string, filters: readonly Filter[]): string {
  const matchers = filters
    .filter(({ key, operator }) => key && /^(=|!=|=~|!~)$/.test(operator))
    .map(({ key, operator, value }) => `${key}${operator}${JSON.stringify(value)}`)
    .join(', ')
  if (!matchers) return expr
  // A duration of the same length keeps every position.
  const parsed = expr.replaceAll(DURATION, (text) => `${'1'.repeat(text.length - 1)}s`)
  const inserts: { at: number; text: string }[] = []
  parser.parse(parsed).iterate({
    enter({ type, to, node }) {
      if (type.name !== 'VectorSelector') return
      const braces = node.getChild('LabelMatchers')
      if (!braces) inserts.push({ at: to, text: `{${matchers}}` })
      else {
        const isEmpty = /^\{\s*\}$/.test(parsed.slice(braces.from, braces.to))
        inserts.push({ at: braces.from + 1, text: isEmpty ? matchers : `${matchers}, ` })
      }
    },
  })
  return inserts.reduceRight((text, { at, text: insert }) => text.slice(0, at) + insert + text.slice(at), expr)
}

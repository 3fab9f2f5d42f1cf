// Which metrics a PromQL expression reads, with the labels it matches on, well enough for our own rules.
// In: an expression. Out: selectors in order. A selector without a metric name is passed over.

const KEYWORDS = new Set(['by', 'on', 'group_left', 'unless', 'and', 'or', 'offset', 'ignoring', 'without', 'bool'])

export interface Selector {
  metric: string
  labels: string[]
}

export function readSelectors(expr: string): Selector[] {
  const quoted = expr.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
  const bare = quoted
    .replaceAll(/\b(by|on|ignoring|without|group_left)\s*\(([^)]*)\)/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(/(^|[^\w:])\{[^}]*\}/g, '$1')
  const selectors: Selector[] = []
  for (const [, metric = '', braces = ''] of bare.matchAll(
    /([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?!\s*\()(?:\{([^}]*)\})?(?![\w:]*\s*\()/g,
  )) {
    if (KEYWORDS.has(metric) || /^\d/.test(metric)) continue
    selectors.push({
      metric,
      labels: [...braces.matchAll(/([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label ?? ''),
    })
  }
  return selectors.filter(({ metric }) => !/^\d+[smhdw]$|^[smhdw]$/.test(metric))
}

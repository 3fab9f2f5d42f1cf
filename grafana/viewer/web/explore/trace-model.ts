// A trace as the waterfall draws it. In: rows of Grafana's trace frame. Out: spans in drawing order, each with its depth,
// its offset in the trace, and whether its parent is known.

export interface Pair {
  key: string
  value: unknown
}

/** A row of the trace frame; times in milliseconds. */
export interface SpanRow {
  traceID: string
  spanID: string
  parentSpanID: string
  operationName: string
  serviceName: string
  kind?: string
  statusCode: number
  statusMessage?: string
  startTime: number
  duration: number
  tags: Pair[]
  serviceTags: Pair[]
  logs: { timestamp: number; name?: string; fields: Pair[] }[]
  references?: { traceID: string; spanID: string }[]
}

export interface DrawnSpan extends SpanRow {
  depth: number
  offsetMs: number
  childCount: number
  /** Span ids from the root down to the parent. */
  ancestors: string[]
}

export interface Trace {
  traceId: string
  startMs: number
  durationMs: number
  spans: DrawnSpan[]
  services: string[]
  errors: number
}

/** Children follow their parent, by start. A span whose parent is missing, or that is its own ancestor, stands as a root. */
export function buildTrace(rows: SpanRow[]): Trace {
  const known = new Set(rows.map((row) => row.spanID))
  const byStart = [...rows].sort((a, b) => a.startTime - b.startTime)
  const children = Map.groupBy(byStart, (row) => (known.has(row.parentSpanID) ? row.parentSpanID : ''))
  const startMs = byStart[0]?.startTime ?? 0
  const spans: DrawnSpan[] = []
  const drawn = new Set<string>()
  const draw = (row: SpanRow, ancestors: string[]): void => {
    if (drawn.has(row.spanID)) return
    drawn.add(row.spanID)
    const below = children.get(row.spanID) ?? []
    spans.push({
      ...row,
      depth: ancestors.length,
      offsetMs: row.startTime - startMs,
      childCount: below.length,
      ancestors,
    })
    for (const child of below) draw(child, [...ancestors, row.spanID])
  }
  for (const root of children.get('') ?? []) draw(root, [])
  for (const row of byStart) draw(row, [])
  return {
    traceId: rows[0]?.traceID ?? '',
    startMs,
    durationMs: rows.reduce((end, row) => Math.max(end, row.startTime + row.duration), startMs) - startMs,
    spans,
    services: [...new Set(byStart.map((row) => row.serviceName))],
    errors: rows.filter((row) => row.statusCode === 2).length,
  }
}

/** Spans that no folded ancestor hides. */
export const visibleSpans = (trace: Trace, folded: ReadonlySet<string>): DrawnSpan[] =>
  trace.spans.filter((span) => !span.ancestors.some((id) => folded.has(id)))

const TENANT = ['org_id', 'deal_id', 'feature', 'department', 'user.id', 'session.id', 'deployment.environment.name']

/** Attributes in the order in which they are asked for: whose, the model call, everything else. */
export function groupAttributes(tags: Pair[]): { title: string; pairs: Pair[] }[] {
  const isTenant = ({ key }: Pair) => TENANT.includes(key) || key.startsWith('gen_ai.agent.')
  const isModelCall = (pair: Pair) => pair.key.startsWith('gen_ai.') && !isTenant(pair)
  const byKey = (a: Pair, b: Pair) => a.key.localeCompare(b.key)
  const groups = [
    { title: 'Whose', pairs: tags.filter(isTenant) },
    { title: 'Model call', pairs: tags.filter(isModelCall).sort(byKey) },
    { title: 'Attributes', pairs: tags.filter((pair) => !isTenant(pair) && !isModelCall(pair)).sort(byKey) },
  ]
  return groups.filter(({ pairs }) => pairs.length > 0)
}

/** `1 span`, `2 spans`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** `1.2 s`, `34 ms`, `210 µs`. */
export function formatMs(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(ms >= 10_000 ? 1 : 2)} s`
  if (ms >= 1) return `${ms.toFixed(ms >= 100 ? 0 : 1)} ms`
  return `${Math.round(ms * 1000)} µs`
}

export const showValue = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))

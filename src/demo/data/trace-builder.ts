// Puts a trace together span by span. In: steps with their place and duration. Out: spans whose parents enclose them.
import type { Random } from '../../shared/random.ts'
import type { Attributes, PlannedSpan, PlannedTrace } from './planned-trace.ts'

export interface SpanDraft {
  parent: number
  name: string
  kind?: PlannedSpan['kind']
  startUs: number
  durationUs: number
  error?: PlannedSpan['error']
  attributes?: Attributes
}

export class TraceBuilder {
  readonly spans: PlannedSpan[] = []
  readonly logs: PlannedTrace['logs'] = []

  /** Adds a span and returns its position. Durations are whole microseconds, at least one. */
  add(draft: SpanDraft): number {
    const startUs = Math.round(draft.startUs)
    this.spans.push({
      parent: draft.parent,
      name: draft.name,
      kind: draft.kind ?? 1,
      startUs,
      endUs: startUs + Math.max(1, Math.round(draft.durationUs)),
      error: draft.error,
      attributes: draft.attributes ?? {},
    })
    return this.spans.length - 1
  }

  span(position: number): PlannedSpan {
    return this.spans[position] as PlannedSpan
  }

  /** Lets every span end no earlier than what is below it; children come after their parents. */
  settle(): void {
    for (let position = this.spans.length - 1; position > 0; position -= 1) {
      const { parent, endUs } = this.span(position)
      const above = this.span(parent)
      above.endUs = Math.max(above.endUs, endUs)
    }
  }

  finish(orgId: string, common: Attributes, random: Random): PlannedTrace {
    const traceId = [random.uint32(), random.uint32(), random.uint32(), random.uint32() | 1] as const
    const spanIds = this.spans.map(() => [random.uint32(), random.uint32() | 1] as const)
    return {
      orgId,
      traceId: [traceId[0], traceId[1], traceId[2], traceId[3] >>> 0],
      spanIds,
      common,
      spans: this.spans,
      logs: this.logs,
    }
  }
}

// Hand-written spans and candidates for recognition tests. In: what matters to a case. Out: complete objects.
import type { Candidate, SpanPlace } from '../../../src/ledger/recognise/candidate.ts'
import type { Attributes, Span } from '../../../src/ledger/span.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
export const START = 1_790_000_000_000_000_000n

/** `at` and `for` are milliseconds from the start of the trace. */
export function span(attributes: Attributes, rest: Partial<Span> & { at?: number; for?: number } = {}): Span {
  const { at = 0, for: duration = 100, ...fields } = rest
  const start = START + BigInt(at) * 1_000_000n
  return {
    orgId: 'acme',
    traceId: TRACE_ID,
    spanId: '00f067aa0ba902b7',
    parentSpanId: '',
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(duration) * 1_000_000n,
    name: 'chat',
    kind: 3,
    statusCode: 0,
    statusMessage: '',
    scopeName: 'test',
    scopeVersion: '1.0.0',
    attributes,
    resource: {},
    events: [],
    links: [],
    ...fields,
  }
}

export const id = (n: number): string => n.toString(16).padStart(16, '0')

export function candidate(
  n: number,
  parent: number,
  rest: Partial<Candidate> & { at?: number; for?: number; tokens?: [number, number] } = {},
): Candidate {
  const { at = 0, for: duration = 100, tokens, ...fields } = rest
  const start = START + BigInt(at) * 1_000_000n
  const made: Candidate = {
    traceId: TRACE_ID,
    spanId: id(n),
    parentSpanId: parent === 0 ? '' : id(parent),
    startTimeUnixNano: start,
    endTimeUnixNano: start + BigInt(duration) * 1_000_000n,
    spanKind: 3,
    role: 'call',
    recognisedBy: 'test/chat',
    scopeName: 'scope-a',
    scopeVersion: '1',
    serviceName: 'app',
    level: 'client',
    cacheConvention: 'inclusive',
    provider: 'openai',
    requestModel: 'gpt-4o-mini',
    responseModel: '',
    operation: 'chat',
    responseId: '',
    certainty: 'measured',
    status: 'success',
    errorClass: '',
    finishReason: 'stop',
    streaming: false,
    ...fields,
  }
  if (tokens !== undefined) {
    made.usage = {
      inputTokens: tokens[0],
      outputTokens: tokens[1],
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
    }
  }
  return made
}

export const place = (n: number, parent: number): SpanPlace => ({
  spanId: id(n),
  parentSpanId: parent === 0 ? '' : id(parent),
  name: `span ${n}`,
})

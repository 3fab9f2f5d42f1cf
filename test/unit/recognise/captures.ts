// Captures of real libraries. In: test/fixtures/captures/<library>-<version>/<case>.json. Out: spans as the decoder
// would give them, the provider's truth, and what recognition booked.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Candidate, Decision, Usage } from '../../../src/ledger/recognise/candidate.ts'
import { readSpan } from '../../../src/ledger/recognise/read-span.ts'
import { resolve } from '../../../src/ledger/recognise/resolve.ts'
import { settleAcross } from '../../../src/ledger/recognise/split-calls.ts'
import type { Attributes, Span } from '../../../src/ledger/span.ts'

const DIRECTORY = process.env.CAPTURES ?? join(import.meta.dirname, '../../fixtures/captures')

export interface Truth {
  provider: string
  model: string
  operation: string
  responseId: string
  streamed: boolean
  status: 'success' | 'error' | 'rate_limited' | 'aborted'
  usage: Usage
}

export interface Capture {
  library: string
  name: string
  spans: Span[]
  truth: Truth[]
}

interface StoredSpan extends Omit<Span, 'startTimeUnixNano' | 'endTimeUnixNano' | 'orgId' | 'links' | 'events'> {
  start: string
  end: string
  events: { name: string; time: string; attributes: Attributes }[]
}

function toSpan({ start, end, events, ...span }: StoredSpan): Span {
  return {
    ...span,
    orgId: 'acme',
    startTimeUnixNano: BigInt(start),
    endTimeUnixNano: BigInt(end),
    events: events.map(({ time, ...event }) => ({ ...event, timeUnixNano: BigInt(time) })),
    links: [],
  }
}

export function loadCaptures(): Capture[] {
  return readdirSync(DIRECTORY)
    .sort()
    .flatMap((library) =>
      readdirSync(join(DIRECTORY, library))
        .sort()
        .map((file) => {
          const { spans, truth } = JSON.parse(readFileSync(join(DIRECTORY, library, file), 'utf8'))
          return { library, name: file.replace(/\.json$/, ''), spans: spans.map(toSpan), truth }
        }),
    )
}

/** Resolves each trace and settles what several of them report, as the ledger does. */
export function decide(spans: Span[]): Decision[] {
  const traces = [...Map.groupBy(spans, ({ traceId }) => traceId).values()]
  const settled = settleAcross(
    traces.map((trace) =>
      resolve(
        trace.map(readSpan).filter((candidate): candidate is Candidate => candidate !== undefined),
        trace.map(({ spanId, parentSpanId, name }) => ({ spanId, parentSpanId, name })),
      ),
    ),
  )
  return settled.flat()
}

// Queries of the Tempo data source. In: a trace id, or TraceQL. Out: one trace as Grafana's trace frame, or a table of
// traces found, each opening its trace.

import { exploreTraceUrl } from '../web/explore/trace-url.ts'
import type { Frame, FrameField, Query, TimeRange } from './frames.ts'
import type { DataSource } from './provisioning.ts'

const TIMEOUT_MS = 15_000
const TRACE_ID = /^[0-9a-f]{16,32}$/i

/** GET on the data source, with the account its provisioning names. */
export function callTempo(source: DataSource, pathAndQuery: string): Promise<Response> {
  return fetch(`${source.url}/${pathAndQuery}`, {
    headers: { accept: 'application/json', ...basicAuth(source) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
}

export async function queryTempo(source: DataSource, query: Query, range: TimeRange): Promise<Frame[]> {
  const text = String(query.query ?? '').trim()
  if (TRACE_ID.test(text)) {
    const id = text.toLowerCase().padStart(32, '0')
    const body = await callJson<TraceBody>(source, `api/v2/traces/${id}`)
    return [toTraceFrame(query.refId, body.trace?.resourceSpans ?? body.batches ?? [])]
  }
  const params = new URLSearchParams({
    q: text || '{}',
    limit: String(query.limit ?? 20),
    start: String(Math.floor(range.fromMs / 1000)),
    end: String(Math.ceil(range.toMs / 1000)),
  })
  const { traces } = await callJson<{ traces: TraceSummary[] }>(source, `api/search?${params}`)
  return [toSearchFrame(query.refId, source.uid, traces)]
}

async function callJson<T>(source: DataSource, pathAndQuery: string): Promise<T> {
  const response = await callTempo(source, pathAndQuery)
  const text = await response.text()
  if (!response.ok) throw new Error(`${source.name}: ${messageOf(text) ?? `answered ${response.status}`}`)
  return JSON.parse(text) as T
}

/** The api answers errors as JSON, Tempo as text. */
function messageOf(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as { message?: string; detail?: string; error?: { message?: string } }
    return body.error?.message ?? body.detail ?? body.message
  } catch {
    return text.slice(0, 500) || undefined
  }
}

function basicAuth(source: DataSource): Record<string, string> {
  const { basicAuthUser } = source as DataSource & { basicAuthUser?: string }
  if (!basicAuthUser) return {}
  const account = `${basicAuthUser}:${source.secureJsonData.basicAuthPassword ?? ''}`
  return { authorization: `Basic ${Buffer.from(account).toString('base64')}` }
}

interface KeyValue {
  key: string
  value: unknown
}
interface OtlpSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind?: string
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes?: KeyValue[]
  events?: { timeUnixNano: string; name: string; attributes?: KeyValue[] }[]
  links?: { traceId: string; spanId: string; attributes?: KeyValue[] }[]
  status?: { code?: string | number; message?: string }
}
interface ResourceSpans {
  resource?: { attributes?: KeyValue[] }
  scopeSpans?: { scope?: { name?: string; version?: string }; spans?: OtlpSpan[] }[]
}
interface TraceBody {
  trace?: { resourceSpans?: ResourceSpans[] }
  batches?: ResourceSpans[]
}

/** OTLP's tagged values to plain ones. Integers beyond 2^53 stay text. */
export function plainValue(value: unknown): unknown {
  const [[kind, content] = ['', null]] = Object.entries((value ?? {}) as Record<string, unknown>)
  if (kind === 'intValue') return Number.isSafeInteger(Number(content)) ? Number(content) : String(content)
  if (kind === 'arrayValue') return ((content as { values?: unknown[] }).values ?? []).map(plainValue)
  if (kind === 'kvlistValue') {
    const pairs = ((content as { values?: KeyValue[] }).values ?? []).map((pair) => [pair.key, plainValue(pair.value)])
    return Object.fromEntries(pairs)
  }
  return content
}

const plain = (pairs: KeyValue[] = []) => pairs.map(({ key, value }) => ({ key, value: plainValue(value) }))
const toMs = (nanos: string) => Number(BigInt(nanos) / 1000n) / 1000
const STATUS_CODES: Record<string, number> = { STATUS_CODE_UNSET: 0, STATUS_CODE_OK: 1, STATUS_CODE_ERROR: 2 }

/** Ids come in base64 from Tempo's JSON, in hex from OTLP's. */
export const toHex = (id = ''): string =>
  /^([0-9a-f]{16}|[0-9a-f]{32})$/i.test(id) ? id.toLowerCase() : Buffer.from(id, 'base64').toString('hex')

type Column = [field: FrameField, read: (span: OtlpSpan, of: { resource: KeyValue[]; scope: Scope }) => unknown]
type Scope = { name?: string; version?: string }

// Names and shapes of Grafana's trace frame.
const TRACE_COLUMNS: Column[] = [
  [{ name: 'traceID', type: 'string' }, (span) => toHex(span.traceId)],
  [{ name: 'spanID', type: 'string' }, (span) => toHex(span.spanId)],
  [{ name: 'parentSpanID', type: 'string' }, (span) => toHex(span.parentSpanId)],
  [{ name: 'operationName', type: 'string' }, (span) => span.name],
  [
    { name: 'serviceName', type: 'string' },
    (_, { resource }) => String(plainValue(resource.find(({ key }) => key === 'service.name')?.value) ?? ''),
  ],
  [{ name: 'kind', type: 'string' }, (span) => (span.kind ?? '').replace('SPAN_KIND_', '').toLowerCase()],
  [
    { name: 'statusCode', type: 'number' },
    ({ status }) => STATUS_CODES[String(status?.code)] ?? Number(status?.code ?? 0),
  ],
  [{ name: 'statusMessage', type: 'string' }, ({ status }) => status?.message ?? ''],
  [{ name: 'instrumentationLibraryName', type: 'string' }, (_, { scope }) => scope.name ?? ''],
  [{ name: 'instrumentationLibraryVersion', type: 'string' }, (_, { scope }) => scope.version ?? ''],
  [{ name: 'serviceTags', type: 'other' }, (_, { resource }) => plain(resource)],
  [{ name: 'startTime', type: 'number', config: { unit: 'ms' } }, (span) => toMs(span.startTimeUnixNano)],
  [
    { name: 'duration', type: 'number', config: { unit: 'ms' } },
    (span) => Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
  ],
  [
    { name: 'logs', type: 'other' },
    ({ events = [] }) =>
      events.map((event) => ({
        timestamp: toMs(event.timeUnixNano),
        name: event.name,
        fields: plain(event.attributes),
      })),
  ],
  [
    { name: 'references', type: 'other' },
    ({ links = [] }) =>
      links.map((link) => ({ traceID: toHex(link.traceId), spanID: toHex(link.spanId), tags: plain(link.attributes) })),
  ],
  [{ name: 'tags', type: 'other' }, (span) => plain(span.attributes)],
]

export function toTraceFrame(refId: string, resourceSpans: ResourceSpans[]): Frame {
  const rows = resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ scope = {}, spans = [] }) =>
      spans.map((span) => ({ span, of: { resource: resource?.attributes ?? [], scope } })),
    ),
  )
  return {
    schema: {
      refId,
      name: 'Trace',
      fields: TRACE_COLUMNS.map(([field]) => field),
      meta: { preferredVisualisationType: 'trace' },
    },
    data: { values: TRACE_COLUMNS.map(([, read]) => rows.map(({ span, of }) => read(span, of))) },
  }
}

interface TraceSummary {
  traceID: string
  rootServiceName?: string
  rootTraceName?: string
  startTimeUnixNano: string
  durationMs?: number
}

function toSearchFrame(refId: string, uid: string, traces: TraceSummary[]): Frame {
  const link = { title: 'Open trace', url: exploreTraceUrl(uid, '${__value.raw}') }
  const columns: [FrameField, (trace: TraceSummary) => unknown][] = [
    [{ name: 'traceID', type: 'string', config: { displayName: 'Trace ID', links: [link] } }, (trace) => trace.traceID],
    [{ name: 'startTime', type: 'time', config: { displayName: 'Start' } }, (trace) => toMs(trace.startTimeUnixNano)],
    [
      { name: 'traceService', type: 'string', config: { displayName: 'Service' } },
      (trace) => trace.rootServiceName ?? '',
    ],
    [{ name: 'traceName', type: 'string', config: { displayName: 'Name' } }, (trace) => trace.rootTraceName ?? ''],
    [
      { name: 'traceDuration', type: 'number', config: { displayName: 'Duration', unit: 'ms' } },
      (trace) => trace.durationMs ?? null,
    ],
  ]
  return {
    schema: {
      refId,
      name: 'Traces',
      fields: columns.map(([field]) => field),
      meta: { preferredVisualisationType: 'table' },
    },
    data: { values: columns.map(([, read]) => traces.map(read)) },
  }
}

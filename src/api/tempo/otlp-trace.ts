// Rows of trace_spans as an OTLP trace. In: rows. Out: resource spans in OTLP's JSON form, ids in base64 as Tempo writes
// them; what the ledger keeps in columns of its own is put back among the attributes.
import { ATTR } from '../../../instrumentation/semconv.ts'
import { type Json, parseExactJson } from '../../ledger/decode/exact-json.ts'
import { PROMOTED } from '../../ledger/write/dimensions.ts'

export interface SpanRow {
  org_id: string
  trace_id: string
  span_id: string
  parent_span_id: string
  name: string
  kind: number
  status_code: number
  status_message: string
  start_unix_nano: string
  end_unix_nano: string
  service_name: string
  deal_id: string
  user_id: string
  session_id: string
  feature: string
  department: string
  agent_id: string
  environment: string
  intent: string
  segment: string
  scope_name: string
  scope_version: string
  attributes: string | null
  resource: string | null
  events: string | null
  links: string | null
}

type Bag = { [key: string]: Json }

export interface KeyValue {
  key: string
  value: Record<string, unknown>
}

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']
const STATUSES = ['UNSET', 'OK', 'ERROR']

/** Column of each promoted attribute: `dealId` of the ledger is `deal_id` here. */
export const PROMOTED_COLUMNS: readonly [attribute: string, column: keyof SpanRow][] = PROMOTED.map(
  ([attribute, field]) => [
    attribute,
    field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) as keyof SpanRow,
  ],
)

export function toResourceSpans(rows: SpanRow[]) {
  const byResource = Map.groupBy(rows, (row) => `${row.service_name}\n${row.resource ?? ''}`)
  return [...byResource.values()].map((ofResource) => {
    const [first] = ofResource as [SpanRow]
    const resource = {
      ...parseBag(first.resource),
      ...(first.service_name && { [ATTR.serviceName]: first.service_name }),
    }
    const byScope = Map.groupBy(ofResource, (row) => `${row.scope_name}\n${row.scope_version}`)
    return {
      resource: { attributes: toKeyValues(resource) },
      scopeSpans: [...byScope.values()].map((ofScope) => ({
        scope: { name: ofScope[0]?.scope_name ?? '', version: ofScope[0]?.scope_version ?? '' },
        spans: ofScope.map((row) => toSpan(row, resource)),
      })),
    }
  })
}

function toSpan(row: SpanRow, resource: Bag) {
  const attributes: Bag = { ...parseBag(row.attributes) }
  for (const [attribute, column] of [...PROMOTED_COLUMNS, [ATTR.orgId, 'org_id'] as const]) {
    const value = row[column]
    if (value && attributes[attribute] === undefined && resource[attribute] !== value) attributes[attribute] = value
  }
  return {
    traceId: base64(row.trace_id),
    spanId: base64(row.span_id),
    ...(row.parent_span_id && { parentSpanId: base64(row.parent_span_id) }),
    name: row.name,
    kind: `SPAN_KIND_${KINDS[row.kind] ?? 'UNSPECIFIED'}`,
    startTimeUnixNano: row.start_unix_nano,
    endTimeUnixNano: row.end_unix_nano,
    attributes: toKeyValues(attributes),
    events: parseList(row.events).map((event) => ({
      timeUnixNano: String(event.time_unix_nano),
      name: String(event.name),
      attributes: toKeyValues(event.attributes as Bag),
    })),
    links: parseList(row.links).map((link) => ({
      traceId: base64(String(link.trace_id)),
      spanId: base64(String(link.span_id)),
      attributes: toKeyValues(link.attributes as Bag),
    })),
    status: {
      ...(row.status_message && { message: row.status_message }),
      code: `STATUS_CODE_${STATUSES[row.status_code] ?? 'UNSET'}`,
    },
  }
}

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')
// Not JSON.parse: integers beyond 2^53 stay exact.
const parseBag = (text: string | null): Bag => (text === null ? {} : (parseExactJson(text) as Bag))
const parseList = (text: string | null): Bag[] => (text === null ? [] : (parseExactJson(text) as Bag[]))

const toKeyValues = (bag: Bag): KeyValue[] =>
  Object.entries(bag ?? {}).map(([key, value]) => ({ key, value: toAnyValue(value) }))

export function toAnyValue(value: Json): Record<string, unknown> {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'bigint') return { intValue: value.toString() }
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toAnyValue) } }
  return value === null ? {} : { kvlistValue: { values: toKeyValues(value) } }
}

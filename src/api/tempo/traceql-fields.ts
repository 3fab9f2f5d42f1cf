// Values of fields, for what a query shows, groups by or reckons with. In: a field, a list that collects parameters. Out: SQL
// over trace_spans (alias s), and the value as Tempo writes it.
import { ATTR } from '../../../instrumentation/semconv.ts'
import { parseExactJson } from '../../ledger/decode/exact-json.ts'
import { AppError } from '../../shared/errors.ts'
import { type KeyValue, toAnyValue } from './otlp-trace.ts'
import { add, KINDS, type Parameters, SPAN_COLUMNS, STATUSES, TEXT_INTRINSICS, TRACE } from './traceql-sql.ts'
import { type Field, fieldText } from './traceql-tree.ts'

const word = (words: string[], column: string) => `to_json((array['${words.join("','")}'])[${column} + 1])`

/** The value as JSON; NULL where a span has none. */
export function fieldJson({ scope, name }: Field, parameters: Parameters): string {
  if (scope === 'intrinsic') {
    if (name === 'status') return word(STATUSES, 's.status_code')
    if (name === 'kind') return word(KINDS, 's.kind')
    if (name === 'duration') return 'to_json(s.duration_ns)'
    if (name === 'traceDuration') return `to_json(round(${TRACE('duration_ms')} * 1000000))`
    return `to_json(nullif(${TEXT_INTRINSICS[name]}, ''))`
  }
  const key = add(parameters, name, 'text')
  const column = SPAN_COLUMNS.get(name)
  const values = [
    ...(scope !== 'resource' && column ? [`to_json(nullif(s.${column}, ''))`] : []),
    ...(scope !== 'resource' ? [`s.attributes -> ${key}`] : []),
    ...(scope !== 'span' && name === ATTR.serviceName ? [`to_json(nullif(s.service_name, ''))`] : []),
    ...(scope !== 'span' ? [`s.resource -> ${key}`] : []),
  ]
  return `coalesce(${values.join(', ')})`
}

/** The value as a number, durations in nanoseconds; NULL for anything else. @throws AppError for a field that is text. */
export function fieldNumber(field: Field, parameters: Parameters): string {
  if (isDuration(field))
    return field.name === 'duration' ? 's.duration_ns::numeric' : `${TRACE('duration_ms')} * 1000000`
  if (field.scope === 'intrinsic')
    throw new AppError('bad_request', `TraceQL: ${field.name} is no number, and no duration`)
  const json = fieldJson(field, parameters)
  return `case when json_typeof(${json}) = 'number' then (${json} #>> '{}')::numeric end`
}

export const isDuration = ({ scope, name }: Field): boolean =>
  scope === 'intrinsic' && (name === 'duration' || name === 'traceDuration')

/** What Tempo leaves out of a span's attributes: it has places of its own. */
const ELSEWHERE = ['name', 'duration', 'traceDuration', 'rootName', 'rootServiceName', 'trace:id', 'span:id']
export const isShown = ({ scope, name }: Field): boolean => scope !== 'intrinsic' || !ELSEWHERE.includes(name)

/** @param json of fieldJson, as text */
export const toLabel = (field: Field, json: string): KeyValue => ({
  key: fieldText(field),
  value: toAnyValue(parseExactJson(json)),
})

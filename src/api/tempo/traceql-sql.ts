// TraceQL conditions as SQL over trace_spans (alias s). In: a tree and a list that collects parameters. Out: SQL text in
// which every value of the caller is a parameter. A comparison with an attribute a span does not have is false.
import { ATTR } from '../../../instrumentation/semconv.ts'
import { AppError } from '../../shared/errors.ts'
import { PROMOTED_COLUMNS } from './otlp-trace.ts'
import type { Condition, Field, Literal, Operator } from './traceql-tree.ts'

export interface Parameters {
  values: unknown[]
}

export const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
export const STATUSES = ['unset', 'ok', 'error']

export const SPAN_COLUMNS = new Map<string, string>([
  ...PROMOTED_COLUMNS.map(([attribute, column]) => [attribute, column] as const),
  [ATTR.orgId, 'org_id'],
])

export function conditionSql(condition: Condition, parameters: Parameters): string {
  switch (condition.kind) {
    case 'all':
      return 'true'
    case 'not':
      return `not coalesce(${conditionSql(condition.part, parameters)}, false)`
    case 'and':
    case 'or':
      return `(${condition.parts.map((part) => conditionSql(part, parameters)).join(` ${condition.kind} `)})`
    case 'compare':
      return `coalesce(${compareSql(condition.field, condition.operator, condition.literal, parameters)}, false)`
  }
}

export const add = (parameters: Parameters, value: unknown, type: string) =>
  `$${parameters.values.push(value)}::${type}`

function compareSql(field: Field, operator: Operator, literal: Literal, parameters: Parameters): string {
  if (field.scope === 'intrinsic') return intrinsicSql(field.name, operator, literal, parameters)
  const values = attributeValues(field, parameters)
  const parts = values.map(({ text, type }) => attributeSql(text, type, operator, literal, parameters))
  if (literal.type === 'nil' && operator === '=') return `(${parts.join(' and ')})`
  return `(${parts.join(' or ')})`
}

/** Text of the attribute and its JSON type; a column of its own is text, and null when empty. */
function attributeValues({ scope, name }: Field, parameters: Parameters): { text: string; type: string }[] {
  const bag = (column: string) => {
    const key = add(parameters, name, 'text')
    return { text: `(s.${column} ->> ${key})`, type: `json_typeof(s.${column} -> ${key})` }
  }
  const found: { text: string; type: string }[] = []
  const column = SPAN_COLUMNS.get(name)
  if (scope !== 'resource') {
    if (column) found.push({ text: `nullif(s.${column}, '')`, type: `'string'` })
    found.push(bag('attributes'))
  }
  if (scope !== 'span') {
    if (name === ATTR.serviceName) found.push({ text: `nullif(s.service_name, '')`, type: `'string'` })
    found.push(bag('resource'))
  }
  return found
}

function attributeSql(
  text: string,
  type: string,
  operator: Operator,
  literal: Literal,
  parameters: Parameters,
): string {
  switch (literal.type) {
    case 'nil':
      if (operator === '=') return `${text} is null`
      if (operator === '!=') return `${text} is not null`
      throw unfit(operator, literal)
    case 'word':
      throw unfit(operator, literal)
    case 'string':
      return textSql(text, operator, literal.value, parameters)
    case 'boolean':
      if (operator !== '=' && operator !== '!=') throw unfit(operator, literal)
      return `(${type} = 'boolean' and ${text} ${operator} ${add(parameters, String(literal.value), 'text')})`
    case 'number':
    case 'duration': {
      if (operator === '=~' || operator === '!~') throw unfit(operator, literal)
      const value = literal.type === 'number' ? literal.value : literal.nanoseconds
      return `(case when ${type} = 'number' then ${text}::numeric ${operator} ${add(parameters, value, 'numeric')} end)`
    }
  }
}

function textSql(text: string, operator: Operator, value: string, parameters: Parameters): string {
  if (operator === '=~' || operator === '!~')
    return `${text} ${operator === '=~' ? '~' : '!~'} ${add(parameters, `^(?:${value})$`, 'text')}`
  return `${text} collate "C" ${operator} ${add(parameters, value, 'text')}`
}

export const TRACE = (column: string) =>
  `(select t.${column} from distributed_traces t where t.org_id = s.org_id and t.trace_id = s.trace_id)`

export const TEXT_INTRINSICS: Readonly<Record<string, string>> = {
  name: 's.name',
  statusMessage: 's.status_message',
  rootName: TRACE('root_name'),
  rootServiceName: TRACE('root_service'),
  'trace:id': 's.trace_id',
  'span:id': 's.span_id',
  'span:parentID': 's.parent_span_id',
  'instrumentation:name': 's.scope_name',
  'instrumentation:version': 's.scope_version',
}

function intrinsicSql(name: string, operator: Operator, literal: Literal, parameters: Parameters): string {
  const text = TEXT_INTRINSICS[name]
  if (text) {
    if (literal.type !== 'string') throw unfit(operator, literal, name)
    return textSql(text, operator, literal.value, parameters)
  }
  if (name === 'duration' || name === 'traceDuration') {
    if (literal.type !== 'duration' || operator === '=~' || operator === '!~') throw unfit(operator, literal, name)
    const value = name === 'duration' ? 's.duration_ns' : `(${TRACE('duration_ms')} * 1000000)`
    return `${value} ${operator} ${add(parameters, literal.nanoseconds, 'numeric')}`
  }
  const words = name === 'status' ? STATUSES : KINDS
  const number = literal.type === 'word' ? words.indexOf(literal.value) : -1
  if (number < 0 || (operator !== '=' && operator !== '!='))
    throw unfit(operator, literal, `${name} (one of ${words.join(', ')})`)
  return `s.${name === 'status' ? 'status_code' : 'kind'} ${operator} ${add(parameters, number, 'smallint')}`
}

const unfit = (operator: Operator, literal: Literal, name = 'an attribute') =>
  new AppError('bad_request', `TraceQL: ${name} cannot be compared by ${operator} with a ${literal.type}`)

// `| count() > 2`, `| avg(duration) > 1s`: traces are kept by a figure of their matching spans. In: filters, a list that collects
// parameters. Out: SQL over the spans (alias s, then m), and the figures as Tempo writes them.

import { type Json, parseExactJson } from '../../ledger/decode/exact-json.ts'
import { AppError } from '../../shared/errors.ts'
import { type KeyValue, toAnyValue } from './otlp-trace.ts'
import { fieldNumber, isDuration } from './traceql-fields.ts'
import { add, type Parameters } from './traceql-sql.ts'
import { fieldText, type ScalarFilter } from './traceql-tree.ts'

export interface ScalarSql {
  /** Of each span. */
  columns: string[]
  /** Of each trace. */
  values: string[]
  conditions: string[]
}

export function scalarFilters(filters: ScalarFilter[], parameters: Parameters): ScalarSql {
  const parts = filters.map(({ aggregate, field, operator, literal }, index) => {
    if (literal.type === 'duration' && !(field && isDuration(field)))
      throw new AppError('bad_request', `TraceQL: ${scalarText({ aggregate, field })} is no duration`)
    if (literal.type === 'number' && field && isDuration(field))
      throw new AppError(
        'bad_request',
        `TraceQL: ${scalarText({ aggregate, field })} is compared with a duration, like 1s`,
      )
    const value = field ? `${aggregate}(m.figure_${index})` : 'count(*)'
    const limit = add(parameters, literal.type === 'number' ? literal.value : literal.nanoseconds, 'numeric')
    return {
      column: field && `${fieldNumber(field, parameters)} as figure_${index}`,
      value,
      condition: `coalesce(${value} ${operator} ${limit}, false)`,
    }
  })
  return {
    columns: parts.flatMap(({ column }) => column ?? []),
    values: parts.map(({ value }) => value),
    conditions: parts.map(({ condition }) => condition),
  }
}

const scalarText = ({ aggregate, field }: { aggregate: string; field?: ScalarFilter['field'] | undefined }) =>
  `${aggregate}(${field ? fieldText(field) : ''})`

/** @param json the values, as the query gave them */
export const toScalars = (filters: ScalarFilter[], json: string): KeyValue[] =>
  (parseExactJson(json) as Json[]).map((value, index) => {
    const filter = filters[index] as ScalarFilter
    const isTime = filter.field !== undefined && isDuration(filter.field)
    return {
      key: scalarText(filter),
      value: isTime ? { stringValue: goDuration(Number(value)) } : toAnyValue(value),
    }
  })

/** As Go writes a duration: `1.5s`, `250ms`, `1m30s`. */
export function goDuration(nanoseconds: number): string {
  const units = [
    { text: 'ns', size: 1 },
    { text: 'µs', size: 1e3 },
    { text: 'ms', size: 1e6 },
  ]
  const whole = Math.round(nanoseconds)
  if (whole < 1e9) {
    const { text, size } = units.findLast((unit) => whole >= unit.size) ?? { text: 's', size: 1e9 }
    return `${whole / size}${text}`
  }
  const seconds = (whole % 6e10) / 1e9
  const minutes = Math.floor(whole / 6e10)
  const hours = Math.floor(minutes / 60)
  return `${hours > 0 ? `${hours}h` : ''}${minutes > 0 ? `${minutes % 60}m` : ''}${seconds}s`
}

// What a TraceQL query says, as a tree. In: nothing. Out: its types and the intrinsics that are known here.

export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=' | '=~' | '!~'
export type Literal =
  | { type: 'string'; value: string }
  | { type: 'number'; value: number }
  | { type: 'duration'; nanoseconds: number }
  | { type: 'boolean'; value: boolean }
  | { type: 'word'; value: string }
  | { type: 'nil' }
export type Field = { scope: 'intrinsic' | 'span' | 'resource' | 'any'; name: string }
export type Condition =
  | { kind: 'compare'; field: Field; operator: Operator; literal: Literal }
  | { kind: 'and' | 'or'; parts: Condition[] }
  | { kind: 'not'; part: Condition }
  | { kind: 'all' }
export type SpanSets = { kind: 'spans'; condition: Condition } | { kind: 'and' | 'or'; parts: SpanSets[] }

export const AGGREGATES = ['count', 'avg', 'min', 'max', 'sum'] as const
/** `| avg(duration) > 1s`: keeps the traces whose matching spans satisfy it. */
export interface ScalarFilter {
  aggregate: (typeof AGGREGATES)[number]
  /** Not of `count`. */
  field?: Field
  operator: Operator
  literal: { type: 'number'; value: number } | { type: 'duration'; nanoseconds: number }
}

export const METRIC_FUNCTIONS = [
  'rate',
  'count_over_time',
  'min_over_time',
  'max_over_time',
  'avg_over_time',
  'sum_over_time',
  'quantile_over_time',
  'histogram_over_time',
] as const
/** `| rate() by (span.feature) | topk(5)`. */
export interface Metric {
  name: (typeof METRIC_FUNCTIONS)[number]
  /** Not of `rate` and `count_over_time`. */
  field?: Field
  /** Of `quantile_over_time`, from 0 to 1. */
  quantiles: number[]
  by: Field[]
  /** Series kept at each moment. */
  best?: { order: 'topk' | 'bottomk'; count: number }
}

export interface TraceqlQuery {
  sets: SpanSets
  /** Shown with each span, beside what the conditions ask for. */
  select: Field[]
  filters: ScalarFilter[]
  metric?: Metric
}

export const INTRINSICS = [
  'name',
  'status',
  'statusMessage',
  'kind',
  'duration',
  'traceDuration',
  'rootName',
  'rootServiceName',
  'trace:id',
  'span:id',
  'span:parentID',
  'instrumentation:name',
  'instrumentation:version',
] as const

/** The same with their scope, as newer editors write them. */
export const SCOPED_INTRINSICS: Readonly<Record<string, (typeof INTRINSICS)[number]>> = {
  'span:name': 'name',
  'span:status': 'status',
  'span:statusMessage': 'statusMessage',
  'span:kind': 'kind',
  'span:duration': 'duration',
  'trace:duration': 'traceDuration',
  'trace:rootName': 'rootName',
  'trace:rootService': 'rootServiceName',
}

/** As TraceQL writes it. */
export const fieldText = ({ scope, name }: Field): string => {
  if (scope === 'intrinsic') return name
  const written = /^[A-Za-z_][A-Za-z0-9_.\-/:]*$/.test(name) ? name : JSON.stringify(name)
  return `${scope === 'any' ? '' : scope}.${written}`
}

/** Fields that conditions ask for, each once. */
export function fieldsOf(sets: SpanSets | Condition): Field[] {
  switch (sets.kind) {
    case 'compare':
      return [sets.field]
    case 'all':
      return []
    case 'not':
      return fieldsOf(sets.part)
    case 'spans':
      return fieldsOf(sets.condition)
    default:
      return uniqueFields((sets.parts as (SpanSets | Condition)[]).flatMap(fieldsOf))
  }
}

export const uniqueFields = (fields: Field[]): Field[] => [
  ...new Map(fields.map((field) => [fieldText(field), field])).values(),
]

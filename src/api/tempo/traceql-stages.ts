// Stages of a TraceQL pipeline: `| name(arguments) …`. In: what the parser read of them. Out: what they ask for, or
// `bad_request` that says which are answered here.
import type { IToken } from 'chevrotain'
import { AppError } from '../../shared/errors.ts'
import { NumberLiteral, toField, toLiteral } from './traceql-tokens.ts'
import {
  AGGREGATES,
  type Field,
  METRIC_FUNCTIONS,
  type Metric,
  type Operator,
  type ScalarFilter,
  type SpanSets,
  type TraceqlQuery,
} from './traceql-tree.ts'

export interface Stage {
  name: IToken
  /** Fields and numbers. */
  parameters: IToken[]
  by: IToken[] | undefined
  comparison: { operator: IToken; literal: IToken } | undefined
}

const MAX_BEST = 1_000

export function toQuery(sets: SpanSets, stages: Stage[]): TraceqlQuery {
  const query: TraceqlQuery = { sets, select: [], filters: [] }
  for (const stage of stages) {
    const name = stage.name.image
    if (query.metric) query.metric = { ...query.metric, best: toBest(stage, query.metric) }
    else if (name === 'select' && isCall(stage)) query.select.push(...someFields(stage))
    else if (isOneOf(AGGREGATES, name)) query.filters.push(toFilter(name, stage))
    else if (isOneOf(METRIC_FUNCTIONS, name)) query.metric = toMetric(name, stage)
    else throw unanswered(stage)
  }
  return query
}

const isOneOf = <T extends string>(names: readonly T[], name: string): name is T =>
  (names as readonly string[]).includes(name)
/** Nothing follows the parentheses. */
const isCall = ({ by, comparison }: Stage): boolean => by === undefined && comparison === undefined
const isNumber = ({ tokenType }: IToken): boolean => tokenType === NumberLiteral

function someFields(stage: Stage): Field[] {
  const { parameters } = stage
  if (parameters.length === 0 || parameters.some(isNumber)) throw refusal(stage, 'takes one attribute or more')
  return parameters.map(toField)
}

function toFilter(aggregate: ScalarFilter['aggregate'], stage: Stage): ScalarFilter {
  const { parameters, comparison, by } = stage
  const [first, ...others] = parameters
  const counts = aggregate === 'count'
  if (by || others.length > 0 || counts !== (first === undefined) || (first && isNumber(first)))
    throw refusal(stage, counts ? 'takes nothing' : 'takes one attribute')
  if (!comparison) throw refusal(stage, 'needs a comparison with a number or duration, like > 2')
  const literal = toLiteral(comparison.literal)
  const operator = comparison.operator.image as Operator
  if ((literal.type !== 'number' && literal.type !== 'duration') || operator.endsWith('~'))
    throw refusal(stage, 'is compared with a number or duration')
  return { aggregate, operator, literal, ...(first && { field: toField(first) }) }
}

function toMetric(name: Metric['name'], stage: Stage): Metric {
  const { parameters, by, comparison } = stage
  if (comparison) throw refusal(stage, 'is not compared here')
  const counts = name === 'rate' || name === 'count_over_time'
  const [first, ...numbers] = parameters
  const wantsNumbers = name === 'quantile_over_time'
  if (counts !== (first === undefined) || (first && isNumber(first)) || wantsNumbers !== numbers.length > 0)
    throw refusal(
      stage,
      counts
        ? 'takes nothing'
        : wantsNumbers
          ? 'takes an attribute and quantiles, like (duration, .99)'
          : 'takes one attribute',
    )
  const quantiles = numbers.map(({ image }) => Number(image))
  if (!numbers.every(isNumber) || quantiles.some((quantile) => !(quantile >= 0 && quantile <= 1)))
    throw refusal(stage, 'takes quantiles from 0 to 1')
  return { name, quantiles, by: (by ?? []).map(toField), ...(first && { field: toField(first) }) }
}

function toBest(stage: Stage, { best }: Metric): NonNullable<Metric['best']> {
  const [count, ...others] = stage.parameters
  const order = stage.name.image
  if ((order !== 'topk' && order !== 'bottomk') || best || !isCall(stage)) throw unanswered(stage)
  const value = Number(count?.image)
  if (!count || others.length > 0 || !Number.isInteger(value) || value < 1 || value > MAX_BEST)
    throw refusal(stage, `takes a whole number from 1 to ${MAX_BEST}`)
  return { order, count: value }
}

const refusal = ({ name }: Stage, why: string) =>
  new AppError('bad_request', `TraceQL at position ${name.startOffset + 1}: ${name.image}() ${why}`)

const unanswered = (stage: Stage) =>
  refusal(
    stage,
    `is not answered here; of pipelines these are: select(), ${AGGREGATES.join('(), ')}() compared, ${METRIC_FUNCTIONS.join('(), ')}() with by(), then topk() or bottomk()`,
  )

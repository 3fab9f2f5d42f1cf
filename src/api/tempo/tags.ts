// Names and values of tags, for auto-completion. In: organisations, a time range. Out: what the newest spans carry; a bound
// on the spans looked at keeps it quick, so a rare tag may be missing.
import { ATTR } from '../../../instrumentation/semconv.ts'
import type { Client } from '../../shared/pg.ts'
import { PROMOTED_COLUMNS } from './otlp-trace.ts'
import { conditionSql, type Parameters } from './traceql-sql.ts'
import { type Condition, INTRINSICS, SCOPED_INTRINSICS } from './traceql-tree.ts'

const SPANS_LOOKED_AT = 5000
const MAX_VALUES = 500

export interface TagQuestion {
  orgIds: string[]
  from: Date
  to: Date
  /** Spans that are meant; all when nothing is said. */
  of?: Condition | undefined
}

const newest = (condition = 'true') => `
  (select s.* from trace_spans s where s.org_id = any($1::text[]) and s.start_time >= $2 and s.start_time < $3 and ${condition}
    order by s.start_time desc limit ${SPANS_LOOKED_AT}) as s`
const NEWEST = newest()

export async function tagNames(client: Client, { orgIds, from, to }: TagQuestion) {
  const { rows } = await client.query<{ scope: string; tag: string }>(
    `select distinct 'span' as scope, k as tag from ${NEWEST}, json_object_keys(case when json_typeof(s.attributes) = 'object' then s.attributes else '{}' end) as k
     union select distinct 'resource', k from ${NEWEST}, json_object_keys(case when json_typeof(s.resource) = 'object' then s.resource else '{}' end) as k
     order by 1, 2`,
    [orgIds, from, to],
  )
  const of = (scope: string, always: string[]) =>
    [...new Set([...always, ...rows.filter((row) => row.scope === scope).map((row) => row.tag)])].sort()
  return {
    resource: of('resource', [ATTR.serviceName]),
    span: of('span', [ATTR.orgId, ...PROMOTED_COLUMNS.map(([attribute]) => attribute)]),
    intrinsic: [...INTRINSICS],
  }
}

export interface TagValue {
  type: 'string' | 'int' | 'float' | 'bool' | 'keyword'
  value: string
}

const FIXED: Record<string, string[]> = {
  status: ['error', 'ok', 'unset'],
  kind: ['client', 'consumer', 'internal', 'producer', 'server', 'unspecified'],
}
const COLUMNS: Record<string, string> = {
  name: 's.name',
  statusMessage: 's.status_message',
  rootName: `case when s.parent_span_id = '' then s.name end`,
  rootServiceName: `case when s.parent_span_id = '' then s.service_name end`,
  [ATTR.serviceName]: 's.service_name',
  [ATTR.orgId]: 's.org_id',
  ...Object.fromEntries(PROMOTED_COLUMNS.map(([attribute, column]) => [attribute, `s.${column}`])),
}
const TYPES: Record<string, TagValue['type']> = { string: 'string', number: 'float', boolean: 'bool' }

/** @param tag `span.x`, `resource.x`, `.x`, `x` or an intrinsic. */
export async function tagValues(
  client: Client,
  tag: string,
  { orgIds, from, to, of }: TagQuestion,
): Promise<TagValue[]> {
  const plain = SCOPED_INTRINSICS[tag] ?? tag
  const fixed = FIXED[plain]
  if (fixed) return fixed.map((value) => ({ type: 'keyword', value }))
  const [, scope, quoted] = /^(span|resource)?\.?(.*)$/.exec(plain) ?? []
  const name = (quoted ?? '').replace(/^"(.*)"$/, '$1')
  const column = COLUMNS[name]
  const parameters: Parameters = { values: [orgIds, from, to, name] }
  const spans = newest(of && conditionSql(of, parameters))
  const sources = [
    ...(column ? [`select 'string' as type, ${column} as value from ${spans}`] : []),
    ...(scope === 'resource' ? [] : [bagValues('attributes', spans)]),
    ...(scope === 'span' ? [] : [bagValues('resource', spans)]),
  ]
  const { rows } = await client.query<{ type: string; value: string }>(
    `select distinct type, value from (${sources.join(' union all ')}) as found
      where value <> '' and type in ('string', 'number', 'boolean') and $4::text is not null order by value limit ${MAX_VALUES}`,
    parameters.values,
  )
  return rows.map(({ type, value }) => ({
    type: type === 'number' && /^-?\d+$/.test(value) ? 'int' : (TYPES[type] ?? 'string'),
    value,
  }))
}

const bagValues = (bag: string, spans: string) =>
  `select json_typeof(s.${bag} -> $4::text) as type, s.${bag} ->> $4::text as value from ${spans}`

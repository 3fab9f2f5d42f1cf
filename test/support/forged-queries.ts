// Queries of the tenants' dashboards as somebody alters them who wants another organisation's rows. In: attacker and
// victim. Out: SQL texts, each with the panel it came from and the trick.
import { tenantDashboards } from '../../src/cli/grafana/tenant-dashboards.ts'
import { READS } from '../database/tenancy/attacks.ts'
import type { Tenant } from './two-tenants.ts'

export interface ForgedQuery {
  name: string
  trick: string
  sql: string
}

interface Target {
  rawSql?: string
}
interface Panel {
  title?: string
  targets?: Target[]
  panels?: Panel[]
}

const RELATIONS = [
  'llm_usage',
  'usage_daily',
  'usage_hourly',
  'feature_usage',
  'trace_spans',
  'structured_logs',
  'deals',
]

/** Variables that hold one value, written within quotes. */
const SINGLE: Record<string, string> = { bucket: 'day', bar_length: 'auto', price: 'any' }

/** Every other filter to "All": an empty text and the victim's marker are what its rows hold. */
const fillIn = (sql: string, orgs: string, { marker }: Tenant): string =>
  sql
    .replaceAll(/\$org_id|\$\{org_id\}/g, orgs)
    .replaceAll(/\$(bucket|bar_length|price|at|trace)\b/g, (_, name: string) => SINGLE[name] ?? '')
    .replaceAll(/\$(?!_)\{?([a-z_]+)\}?/g, `'', '${marker}'`)

const asText = (sql: string) => `select to_jsonb(q)::text as seen from (${sql}) q`

export async function forgedQueries(attacker: Tenant, victim: Tenant): Promise<ForgedQuery[]> {
  const queries: ForgedQuery[] = []
  for (const dashboard of await tenantDashboards(['ledger', 'tempo'])) {
    for (const [name, sql] of queriesOf(dashboard)) {
      const add = (trick: string, text: string) =>
        queries.push({ name: `${dashboard.uid}: ${name}`, trick, sql: fillIn(text, `'${victim.orgId}'`, victim) })
      add('the other organisation’s id', asText(sql))
      add('both ids', asText(fillIn(sql, `'${attacker.orgId}', '${victim.orgId}'`, victim)))
      add('no condition', asText(sql.replaceAll(/org_id in \(\$org_id\)/g, 'true')))
      add('union', `${asText(sql)} union all select to_jsonb(u)::text from llm_usage u`)
      add(
        'setting',
        `with s as materialized (select set_config('app.org_id', '${victim.orgId}', true)) ${asText(sql)}, s`,
      )
    }
  }
  for (const relation of RELATIONS) {
    for (const [trick, sql] of READS) queries.push({ name: relation, trick, sql: sql(relation, victim) })
  }
  return queries
}

function queriesOf(dashboard: object): [name: string, sql: string][] {
  const { panels = [], templating } = dashboard as {
    panels?: Panel[]
    templating?: { list: { name: string; type: string; query?: unknown }[] }
  }
  const all = panels.flatMap((panel) => [panel, ...(panel.panels ?? [])])
  return [
    ...all.flatMap(({ title = '', targets = [] }) =>
      targets.flatMap(({ rawSql }): [string, string][] => (rawSql ? [[title, rawSql]] : [])),
    ),
    ...(templating?.list ?? []).flatMap(({ name, type, query }): [string, string][] =>
      type === 'query' && typeof query === 'string' ? [[`filter ${name}`, query]] : [],
    ),
  ]
}

// Runs a panel's query as its data source would. Macros and durations are expanded by the viewer's own code, which
// answers the same queries for the browser.
import { readdirSync, readFileSync } from 'node:fs'
import { createPostgres } from '../../grafana/viewer/server/postgres.ts'
import { queryPrometheus } from '../../grafana/viewer/server/prometheus.ts'
import type { DataSource } from '../../grafana/viewer/server/provisioning.ts'
import { queryTempo } from '../../grafana/viewer/server/tempo.ts'
import type { World } from './world.ts'

const GENERATED = new URL('../../grafana/generated/', import.meta.url)
const RANGE_MS = 3_600_000
/** As fine as the scrapes of a stack that has only just started. */
const INTERVAL_MS = 2_000

export interface Target {
  refId: string
  datasource: { uid: string }
  expr?: string
  rawSql?: string
  query?: string
}

interface Variable {
  name: string
  query: string
  type: string
  current: { value: string | string[] }
  /** What "All" stands for, as it is, where it is not every option. */
  allValue?: string
}

interface PanelModel {
  type: string
  title: string
  targets: Target[]
  fieldConfig?: { defaults?: { noValue?: string } }
}

interface DashboardModel {
  title: string
  uid: string
  panels: (PanelModel & { panels?: PanelModel[] })[]
  templating: { list: Variable[] }
}

/** Every generated dashboard with its panels in order, rows left out. */
export const readDashboards = () =>
  readdirSync(GENERATED)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(new URL(name, GENERATED), 'utf8')) as DashboardModel)
    .map(({ title, uid, panels, templating }) => ({
      title,
      uid,
      variables: templating.list,
      panels: panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]).filter((panel) => panel.type !== 'row'),
    }))

/** @returns how many non-null values the query gave. @throws when the data source answers with an error. */
export async function runPanelQuery(world: World, target: Target, variables: Variable[]): Promise<number> {
  const now = Date.now()
  const range = { fromMs: now - RANGE_MS, toMs: now }
  const query = { ...target, intervalMs: INTERVAL_MS, maxDataPoints: 2_000 }
  if (target.expr !== undefined) {
    const source = dataSource(world.url('PROMETHEUS_PORT', ''), { timeInterval: '2s' })
    const expr = fillIn(target.expr, variables, (values) => values.map(escapeRegex).join('|'))
    return countValues(await queryPrometheus(source, { ...query, expr }, range), 'Value')
  }
  if (target.datasource.uid === 'tempo') {
    const secureJsonData = { basicAuthPassword: world.stack.secrets.API_READER_TOKEN }
    const source = { ...dataSource(world.url('API_PORT', ''), {}), basicAuthUser: 'superadmin', secureJsonData }
    // Without a trace id it is a search for any trace.
    const text = fillIn(String(target.query), variables, (values) => values.join(''))
    return countValues(await queryTempo(source, { ...query, query: text }, range))
  }
  const database = new URL(world.stack.databaseUrl('spanledger_reader'))
  const postgres = createPostgres({
    ...dataSource(database.host, { database: database.pathname.slice(1) }),
    user: database.username,
    secureJsonData: { password: decodeURIComponent(database.password) },
  })
  try {
    const all = new Map<string, string[]>()
    for (const variable of variables.filter(({ type }) => type === 'query')) {
      const sql = fillIn(variable.query, variables, quoted, all)
      const [frame] = await postgres.query({ ...query, rawSql: sql, format: 'table' }, range)
      all.set(variable.name, ((frame?.data.values.at(-1) ?? []) as unknown[]).map(String))
    }
    const rawSql = fillIn(String(target.rawSql), variables, quoted, all)
    return countValues(await postgres.query({ ...query, rawSql }, range))
  } finally {
    await postgres.close()
  }
}

const dataSource = (url: string, jsonData: Record<string, unknown>): DataSource => ({
  uid: 'test',
  name: 'test',
  type: 'test',
  orgId: 1,
  url,
  jsonData,
  secureJsonData: {},
})

const quoted = (values: string[]) => values.map((value) => `'${value.replaceAll("'", "''")}'`).join(',')
const escapeRegex = (text: string) => (text === '.*' ? text : text.replace(/[.*+?^${}()|[\]\\]/g, '\\\\$&'))

/** Replaces `$name` by the variable's chosen values; "All" becomes all its options, or anything for a regex. */
function fillIn(
  text: string,
  variables: Variable[],
  format: (values: string[]) => string,
  all: Map<string, string[]> = new Map(),
): string {
  return variables.reduce((filled, { name, type, current, allValue }) => {
    const chosen = [current.value].flat()
    const isAll = chosen.includes('$__all')
    const values = isAll ? (all.get(name) ?? ['.*']) : chosen
    const value = isAll && allValue ? allValue : type === 'query' ? format(values) : values.join(',')
    return filled.replace(new RegExp(`\\$\\{?${name}\\}?(?!\\w)`, 'g'), () => value)
  }, text)
}

const countValues = (
  frames: { schema: { fields: { name: string; type: string }[] }; data: { values: unknown[][] } }[],
  only?: string,
) =>
  frames
    .flatMap((frame) =>
      frame.data.values.filter(
        (_, i) => frame.schema.fields[i]?.type !== 'time' && (!only || frame.schema.fields[i]?.name === only),
      ),
    )
    .flat()
    .filter((value) => value !== null).length

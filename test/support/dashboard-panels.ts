// Panels of the generated dashboards over a test database, asked as Grafana asks them. In: a database, what is chosen.
// Out: rows by column name. The macros are the viewer's; "All" is what each filter says it stands for.
import pg from 'pg'
import { DASHBOARDS } from '../../grafana/dashboards/index.ts'
import { buildDashboard } from '../../grafana/kit/dashboard.ts'
import { expandMacros } from '../../grafana/viewer/server/sql-macros.ts'
import { atFixedNow } from './fixed-now.ts'

export interface Variable {
  name: string
  type: string
  query?: unknown
  allValue?: string
  current?: { value?: string | string[] }
}
export interface Panel {
  title: string
  type: string
  targets?: { rawSql?: string; format?: string; expr?: string }[]
  panels?: Panel[]
  fieldConfig?: { defaults?: { links?: { url: string }[] }; overrides?: unknown[] }
}
export interface Dashboard {
  uid: string
  panels: Panel[]
  variables: Variable[]
}

// As JSON, which is what Grafana reads.
export const dashboards: Dashboard[] = DASHBOARDS.map((builder) => {
  const { uid, panels, templating } = JSON.parse(JSON.stringify(buildDashboard(builder)))
  const all = (panels as Panel[]).flatMap((panel) => [panel, ...(panel.panels ?? [])])
  return { uid, panels: all.filter(({ type }) => type !== 'row'), variables: templating.list }
})

export interface Asked {
  from: string | Date
  to: string | Date
  /** By filter; those left out are at "All" or at their default. */
  chosen?: Record<string, string | string[]>
}
export type Row = Record<string, string | number | Date | null>

const ORGANISATIONS = ['acme', 'globex', 'initech']
const quoted = (values: string[]): string => values.map((value) => `'${value.replaceAll("'", "''")}'`).join(',')

/** SQL of a panel or filter with its variables and macros filled in. */
export function fillIn(sql: string, variables: Variable[], { from, to, chosen = {} }: Asked): string {
  const filled = variables.reduce((text, { name, type, allValue, current }) => {
    const given = chosen[name] ?? (name === 'org_id' ? ORGANISATIONS : undefined)
    const isList = type === 'query'
    const value =
      given === undefined
        ? isList
          ? (allValue ?? "''")
          : String(current?.value ?? '')
        : isList
          ? quoted([given].flat())
          : String(given)
    return text.replace(new RegExp(`\\$\\{?${name}\\}?(?!\\w)`, 'g'), () => value)
  }, sql)
  return expandMacros(atFixedNow(filled), { fromMs: new Date(from).getTime(), toMs: new Date(to).getTime() }, 60_000)
}

/** Numbers as numbers; times as Date. */
const types = {
  getTypeParser: (oid: number, format?: 'text') =>
    [20, 1700].includes(oid) ? Number : pg.types.getTypeParser(oid, format),
} as pg.CustomTypesConfig

/** @param title of a panel, or of a filter as `$name` */
export function createPanelReader(readerUrl: string) {
  const client = new pg.Client({ connectionString: readerUrl, types })
  return {
    connect: () => client.connect(),
    end: () => client.end(),
    rows: async <R extends Row = Row>(uid: string, title: string, asked: Asked): Promise<R[]> => {
      const dashboard = dashboards.find((each) => each.uid === uid)
      const panel = dashboard?.panels.find((each) => each.title === title)
      const sql = title.startsWith('$')
        ? dashboard?.variables.find(({ name }) => `$${name}` === title)?.query
        : panel?.targets?.[0]?.rawSql
      if (!dashboard || typeof sql !== 'string') throw new Error(`${uid} has no SQL panel "${title}"`)
      return (await client.query<R>(fillIn(sql, dashboard.variables, asked))).rows
    },
    /** Plain SQL, for what is expected. */
    truth: async <R extends Row = Row>(sql: string): Promise<R[]> => (await client.query<R>(sql)).rows,
  }
}

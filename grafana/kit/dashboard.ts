// A dashboard with the house's defaults: read-only, UTC off, shared filters, and ids set (the SDK leaves panel ids
// unset, and Grafana draws only one panel per id).
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  QueryVariableBuilder,
  type RowPanel,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { LEDGER } from './datasources.ts'
import { sqlTable } from './queries.ts'

export interface DashboardSpec {
  uid: string
  title: string
  /** The one question the dashboard answers. */
  question: string
  /** Time range at opening, e.g. `now-7d`. */
  from: string
  refresh: string
}

export const TAG = 'spanledger'

/** Starts a dashboard with the filters that every dashboard shares and the links to its neighbours. */
export const createDashboard = (spec: DashboardSpec): DashboardBuilder =>
  new DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.question)
    .tags([TAG])
    .readonly()
    .timezone('browser')
    .time({ from: spec.from, to: 'now' })
    .refresh(spec.refresh)
    .tooltip(DashboardCursorSync.Crosshair)
    .link(
      new DashboardLinkBuilder('Spanledger')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .keepTime(true)
        .includeVars(true),
    )
    .annotation(alertsThatBegan())
    .withVariable(filter('org_id', 'Organisation', 'select org_id from organisations order by 1'))

/** Marks on every chart where an alert of the chosen organisations, or of the platform, began to fire. */
const alertsThatBegan = (): AnnotationQueryBuilder =>
  new AnnotationQueryBuilder()
    .name('Alerts')
    .datasource(LEDGER)
    .enable(true)
    .iconColor('red')
    .target(
      sqlTable(`
      select starts_at as time, alert_name as title, annotations ->> 'summary' as text, severity as tags
      from alert_instances
      where $__timeFilter(starts_at) and severity in ('critical', 'warning') and (org_id in ($org_id) or org_id = '_platform')
      order by starts_at desc
      limit 100`),
    )

/** A multi-value filter whose values come from the ledger. */
export const filter = (name: string, label: string, sql: string): QueryVariableBuilder =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(LEDGER)
    .query(sql)
    .definition(sql)
    .multi(true)
    .includeAll(true)
    .current({ selected: true, text: ['All'], value: ['$__all'] })
    .refresh(VariableRefresh.OnTimeRangeChanged)

/** Builds and numbers the panels. */
export function buildDashboard(builder: DashboardBuilder): Dashboard {
  const dashboard = builder.build()
  let id = 0
  const number = (panel: Panel | RowPanel): void => {
    id += 1
    panel.id = id
    if ('panels' in panel) for (const inner of panel.panels) number(inner)
  }
  for (const panel of dashboard.panels ?? []) number(panel)
  return dashboard
}

// Dashboards as Grafana loads them: generated files current, every panel complete, every alert plotted, every tenant filtered.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { DASHBOARDS } from '../../grafana/dashboards/index.ts'
import { buildDashboard } from '../../grafana/kit/dashboard.ts'
import { METRICS_USED } from '../../prometheus/metrics-used.ts'
import { alertsOfPanel } from '../../prometheus/panel-of-alert.ts'
import { createRuleGroups } from '../../prometheus/rule-groups.ts'
import { MAY_BE_EMPTY } from '../e2e/suites/dashboards.ts'
import { readSelectors } from '../support/promql.ts'

const ROOT = resolve(import.meta.dirname, '../..')

interface Target {
  refId: string
  instant?: boolean
  datasource: { uid: string }
  expr?: string
  rawSql?: string
}

interface Panel {
  id: number
  type: string
  title: string
  description?: string
  datasource?: { uid: string }
  targets?: Target[]
  panels?: Panel[]
  fieldConfig?: {
    defaults?: { unit?: string; noValue?: string }
    overrides?: { matcher: { options: string }; properties: { id: string }[] }[]
  }
}

// As JSON, which is what Grafana reads.
const dashboards = DASHBOARDS.map((builder) => {
  const dashboard = buildDashboard(builder)
  const panels = (JSON.parse(JSON.stringify(dashboard.panels)) as Panel[]).flatMap((panel) => [
    panel,
    ...(panel.panels ?? []),
  ])
  return {
    uid: String(dashboard.uid),
    title: dashboard.title,
    json: JSON.stringify(dashboard),
    description: dashboard.description ?? '',
    variables: (dashboard.templating?.list ?? []).map(({ name, query }) => ({
      name,
      query: JSON.stringify(query ?? ''),
    })),
    all: panels,
    panels: panels.filter(({ type }) => type !== 'row' && type !== 'text'),
  }
})
const panels = dashboards.flatMap((dashboard) =>
  dashboard.panels.map((panel) => ({ name: `${dashboard.uid} / ${panel.title}`, uid: dashboard.uid, ...panel })),
)

describe('generated dashboards', () => {
  it('are what grafana/dashboards builds', async () => {
    const { stderr } = await promisify(execFile)(process.execPath, [`${ROOT}/grafana/build.ts`, '--check'])
    expect(stderr).toBe('')
  })

  it('have uids and titles of their own, and one question each', () => {
    expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length)
    expect(new Set(dashboards.map(({ title }) => title)).size).toBe(dashboards.length)
    for (const { uid, description } of dashboards) expect(description, uid).toMatch(/^[^?]+\?$/)
  })

  it('link only to dashboards that exist', () => {
    const uids = dashboards.map(({ uid }) => uid)
    const links = dashboards.flatMap(({ json }) => [...json.matchAll(/"\/d\/([a-z0-9-]+)/g)].map(([, uid]) => uid))
    expect(links.length).toBeGreaterThan(0)
    for (const uid of links) expect(uids).toContain(uid)
  })
})

describe('every panel', () => {
  const { datasources } = parse(readFileSync(`${ROOT}/grafana/provisioning/datasources/datasources.yaml`, 'utf8')) as {
    datasources: { uid: string }[]
  }
  const provisioned = datasources.map(({ uid }) => uid)

  it('has an id and a title of its own in its dashboard', () => {
    for (const { uid, all } of dashboards) {
      expect(new Set(all.map(({ id }) => id)).size, uid).toBe(all.length)
      expect(new Set(all.map(({ title }) => title)).size, uid).toBe(all.length)
    }
  })

  it.each(panels)('$name says what it shows, in which unit, from where, and why it may be empty', (panel) => {
    expect(panel.description).toMatch(/^.{15,}\./)
    expect(panel.fieldConfig?.defaults?.unit).toBeTruthy()
    expect(panel.targets?.length).toBeGreaterThan(0)
    for (const { datasource } of panel.targets ?? []) expect(provisioned).toContain(datasource.uid)
    // A count is 0 where there is nothing; everything else may be without a value.
    const counts = panel.targets?.every(({ expr, rawSql }) =>
      /^select count\(|or vector\(0\)$/.test(expr ?? rawSql ?? ''),
    )
    if (!counts) expect(panel.fieldConfig?.defaults?.noValue, 'noValue').toBeTruthy()
  })
})

describe('a table', () => {
  const wide = ['error', 'summary', 'model', 'owner', 'feature']
  const tables = panels.filter(({ type, targets = [] }) => type === 'table' && targets.some(({ rawSql }) => rawSql))

  it.each(tables)('$name gives its texts room, and scrolls where it has none', (panel) => {
    const { overrides = [] } = panel.fieldConfig ?? {}
    for (const name of wide) {
      if (!new RegExp(`(as|,) ${name}[,\\s]`).test(panel.targets?.[0]?.rawSql ?? '')) continue
      const own = overrides.filter(({ matcher }) => matcher.options === name).flatMap(({ properties }) => properties)
      expect(
        own.map(({ id }) => id).some((id) => id === 'custom.minWidth' || id === 'custom.width'),
        name,
      ).toBe(true)
    }
  })
})

describe('a single value', () => {
  // A point at each step of the range: over a week they are minutes apart, and a young series is on none of them.
  it.each(panels.filter(({ type }) => type === 'stat'))(
    '$name is asked for as of now, not at the steps of the range',
    (panel) => {
      for (const target of panel.targets ?? []) if (target.expr) expect(target.instant).toBe(true)
    },
  )
})

describe('the end-to-end cases', () => {
  it('let only panels be empty that exist and say why', () => {
    const texts = new Map(panels.map((panel) => [panel.name, panel.fieldConfig?.defaults?.noValue]))
    for (const name of MAY_BE_EMPTY) expect(texts.get(name), name).toBeTruthy()
  })
})

describe('tenants', () => {
  /** Postgres' own statistics belong to no organisation. */
  const isOfTheServer = (sql: string) => {
    const read = [...sql.replaceAll(/"[^"]*"/g, '').matchAll(/\b(?:from|join)\s+([a-z_]+|\()/g)].map(
      ([, relation]) => relation,
    )
    return read.length > 0 && read.every((relation) => relation === '(' || relation?.startsWith('pg_'))
  }
  const filtersOrg = (text: string) => /org_id (in \(\$org_id\)|=~ ?"\$org_id)|org_id=~"\$org_id/.test(text)

  it.each(dashboards)('$uid has the organisation filter, and filters that depend on it respect it', ({ variables }) => {
    expect(variables[0]?.name).toBe('org_id')
    for (const { name, query } of variables.slice(1)) {
      if (query.includes('select')) expect(filtersOrg(query), name).toBe(true)
    }
  })

  it.each(panels)('$name asks for the chosen organisations only', ({ targets = [] }) => {
    for (const { expr, rawSql } of targets) {
      if (rawSql) expect(filtersOrg(rawSql) || isOfTheServer(rawSql), rawSql).toBe(true)
      // The overflow series of span metrics belongs to no organisation.
      const tenant = readSelectors(expr ?? '').filter(
        ({ metric, labels }) => TENANT_METRICS.has(metric) && !labels.includes('otel_metric_overflow'),
      )
      for (const { metric, labels } of tenant) expect(labels, metric).toContain('org_id')
    }
  })

  it('would notice a query without the filter (control)', () => {
    expect(filtersOrg('select 1 from usage_hourly where org_id in ($org_id)')).toBe(true)
    expect(filtersOrg('select 1 from usage_hourly')).toBe(false)
    expect(isOfTheServer('select 1 from pg_stat_database')).toBe(true)
    expect(isOfTheServer('select 1 from pg_stat_database join usage_hourly on true')).toBe(false)
    expect(isOfTheServer('select 1 from (select * from llm_usage) as pg_stat_database')).toBe(false)
    expect(TENANT_METRICS.has('ledger_calls_total')).toBe(true)
  })
})

const TENANT_METRICS = new Set(
  Object.entries(METRICS_USED)
    .filter(([, { labels }]) => labels.includes('org_id'))
    .map(([metric]) => metric),
)

describe('every alert', () => {
  const alerts = createRuleGroups().flatMap(({ alerts: rules }) => rules)
  const recorded = new Map(
    createRuleGroups().flatMap(({ recording = [] }) => recording.map(({ record, expr }) => [record, expr])),
  )
  const metrics = (expr: string) => readSelectors(expr).map(({ metric }) => metric)

  it.each(alerts)('$name links to a dashboard with one panel that plots its figure', ({ name, dashboard, expr }) => {
    const found = panels.filter((panel) => panel.uid === dashboard.uid && alertsOfPanel(panel).includes(name))
    expect(found.map((panel) => panel.name)).toHaveLength(1)
    const targets = found[0]?.targets ?? []
    // Money is plotted from the ledger; everything else from a metric that the expression reads.
    if (targets.every(({ datasource }) => datasource.uid === 'ledger')) {
      expect(expr).toMatch(/api_spend|budget_/)
      return
    }
    const plotted = targets.flatMap((target) => metrics(target.expr ?? ''))
    const [read] = metrics(expr)
    if (read) expect(plotted).toContain(read)
    else expect(targets.map((target) => target.expr).join()).toContain(`alertname="${name}"`)
  })

  it('on a panel exists, and recording rules are spelled right', () => {
    const known = new Set(alerts.map(({ name }) => name))
    for (const panel of panels) for (const name of alertsOfPanel(panel)) expect(known, panel.name).toContain(name)
    const records = panels.flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr = '' }) => expr.match(/\b\w+:\w+:\w+/g) ?? []),
    )
    expect(records.length).toBeGreaterThan(0)
    for (const record of records) expect([...recorded.keys()]).toContain(record)
  })
})

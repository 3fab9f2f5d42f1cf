// Where dashboards lead: from spend to calls, from calls to traces, never to a page that somebody lacks or that shows nothing;
// and the same figure in the same colours everywhere.
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { tenantDashboards } from '../../src/cli/grafana/tenant-dashboards.ts'
import { dashboards as all, type Panel } from '../support/dashboard-panels.ts'

const ROOT = resolve(import.meta.dirname, '../..')

interface Override {
  matcher: { options: string }
  properties: { id: string; value: unknown }[]
}
const overridesOf = ({ fieldConfig }: Panel) => (fieldConfig?.overrides ?? []) as Override[]
const unitOf = ({ fieldConfig }: Panel) => (fieldConfig?.defaults as { unit?: string } | undefined)?.unit
const stepsOf = ({ fieldConfig }: Panel) =>
  JSON.stringify((fieldConfig?.defaults as { thresholds?: object })?.thresholds)
/** URLs of a panel's values or of single columns. */
const urlsOf = (panel: Panel): string[] =>
  [...JSON.stringify(panel).matchAll(/"url":"([^"]+)"/g)].map(([, url = '']) => url)

const panels = all.flatMap(({ uid, panels: own }) =>
  own.map((panel) => ({ name: `${uid} / ${panel.title}`, uid, panel })),
)
const named = (pattern: RegExp) => panels.filter(({ panel }) => pattern.test(panel.title))

describe('spend and calls', () => {
  const money = panels.filter(({ panel }) => panel.type === 'timeseries' && unitOf(panel) === 'currencyUSD')
  const charts = [...money, ...named(/^Spend against the average$/)]

  it.each(charts)('$name leads to the calls of the bar that is clicked, at once', ({ panel }) => {
    expect(urlsOf(panel)).toContainEqual(
      expect.stringMatching(/^\/d\/calls\?.*&var-bar_length=.+&var-at=\$\{__value\.time\}$/),
    )
    expect(JSON.stringify(panel)).toContain('"oneClick":true')
  })

  it('over time are on three dashboards', () => {
    expect(new Set(charts.map(({ uid }) => uid)).size).toBe(3)
  })

  it.each(named(/^Unpriced calls$/).filter(({ uid }) => uid !== 'pipeline-health'))(
    '$name leads to those calls',
    ({ panel }) => {
      expect(urlsOf(panel)).toEqual([expect.stringMatching(/^\/d\/calls\?.*&var-price=unpriced$/)])
    },
  )

  it.each(['feature', 'model', 'provider'])('by %s lead to the calls of one', (dimension) => {
    const [found] = panels.filter(({ name }) => name === `usage-and-cost / By ${dimension}`)
    expect(found && urlsOf(found.panel)).toEqual([
      expect.stringContaining(`var-${dimension}=\${__data.fields.${dimension}:`),
    ])
  })

  it('of usage-analytics lead one level down, wherever a value stands for calls', () => {
    const without = panels.filter(
      ({ uid, panel }) => uid === 'usage-analytics' && panel.type !== 'stat' && urlsOf(panel).length === 0,
    )
    // People, sessions, intents and segments: calls have no filter for them.
    expect(without.map(({ panel }) => panel.title)).toEqual([
      'Active people and sessions per day',
      'By intent',
      'By segment',
    ])
  })
})

describe('a trace', () => {
  const opening = panels.filter(
    ({ uid, panel }) => uid !== 'trace' && urlsOf(panel).some((url) => url.startsWith('/explore')),
  )

  it.each(opening)('opened from $name has its ledger lines and logs beside it', ({ panel }) => {
    expect(urlsOf(panel)).toContainEqual(expect.stringMatching(/^\/d\/trace\?/))
  })

  it('opens from five dashboards', () => {
    expect(new Set(opening.map(({ uid }) => uid)).size).toBe(5)
  })
})

describe('links', () => {
  it('to filters take a column as it is: what an empty cell says is no value', () => {
    const shown = new Set(['organisation', 'feature', 'model', 'provider', 'deal', 'agent'])
    for (const { name, panel } of panels) {
      for (const url of urlsOf(panel)) {
        for (const [, column = ''] of url.matchAll(/\$\{__data\.fields\.(\w+)/g)) {
          const [override] = overridesOf(panel).filter(({ matcher }) => matcher.options === column)
          if (column === 'key') {
            expect(override?.properties, name).toContainEqual({ id: 'noValue', value: '' })
          } else {
            expect([...shown], name).toContain(column)
            // Names in the place of '' are known to `calls` alone.
            if (column !== 'organisation') expect(url, name).toMatch(/^\/d\/calls\?/)
          }
        }
      }
    }
  })

  it('of a tenant’s dashboards lead to its own dashboards only', async () => {
    const own = await tenantDashboards(['ledger', 'tempo'])
    const uids = own.map(({ uid }) => uid)
    const led = [...JSON.stringify(own).matchAll(/"\/d\/([a-z0-9-]+)/g)].map(([, uid]) => uid)
    expect(uids).toContain('fleet-home')
    expect(led.length).toBeGreaterThan(10)
    for (const uid of led) expect(uids).toContain(uid)
    // Control: the superadmins' fleet home leads to where tenants have nothing.
    expect(JSON.stringify(all.find(({ uid }) => uid === 'fleet-home')?.panels)).toContain('/d/genai-health')
  })

  it('carry filters that mean the same on every dashboard', () => {
    const meanings = Map.groupBy(
      all.flatMap(({ variables }) => variables.filter(({ type }) => type === 'custom')),
      ({ name }) => name,
    )
    for (const [name, variables] of meanings) expect(new Set(variables.map(({ query }) => query)).size, name).toBe(1)
    expect([...meanings.keys()]).toEqual(expect.arrayContaining(['bucket', 'bar_length']))
  })
})

describe('colours', () => {
  it('of failed calls begin at the same share on every dashboard', () => {
    const stats = named(/^Failed calls$/)
    expect(stats.map(({ uid }) => uid)).toEqual(['usage-and-cost', 'fleet-home', 'genai-health'])
    expect(new Set(stats.map(({ panel }) => stepsOf(panel))).size).toBe(1)
    expect(stepsOf(stats[0]?.panel as Panel)).toContain('"color":"red"')
  })

  it('of calls without a price are the same on every dashboard', () => {
    const stats = named(/^(Unpriced calls|Without a price)$/).filter(({ panel }) => panel.type === 'stat')
    expect(stats.map(({ uid }) => uid)).toEqual(['usage-and-cost', 'cost-management', 'calls'])
    expect(new Set(stats.map(({ panel }) => stepsOf(panel))).size).toBe(1)
    expect(stepsOf(stats[0]?.panel as Panel)).toContain('"color":"red"')
  })

  it.each(
    panels.filter(
      ({ panel }) =>
        /\bas (unpriced|failed)\b/.test(panel.targets?.[0]?.rawSql ?? '') &&
        panel.type === 'table' &&
        /usage_(daily|hourly)/.test(panel.targets?.[0]?.rawSql ?? ''),
    ),
  )('$name colours failed and unpriced calls', ({ panel }) => {
    const colored = overridesOf(panel).filter(({ properties }) => properties.some(({ id }) => id === 'thresholds'))
    const sql = panel.targets?.[0]?.rawSql ?? ''
    for (const column of ['failed', 'unpriced']) {
      if (new RegExp(`\\bas ${column}\\b`).test(sql))
        expect(colored.map(({ matcher }) => matcher.options)).toContain(column)
    }
  })
})

describe('the first look', () => {
  it('at Grafana is a dashboard that every organisation has', async () => {
    const { services } = parse(readFileSync(`${ROOT}/docker-compose.yml`, 'utf8'))
    const path = String(services.grafana.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH)
    const mounted = (services.grafana.volumes as string[]).find((volume) =>
      path.startsWith(volume.split(':')[1] ?? '?'),
    )
    const [folder, target = ''] = mounted?.split(':') ?? []
    expect(existsSync(`${ROOT}/${folder}${path.slice(target.length)}`)).toBe(true)
    expect((await tenantDashboards(['ledger', 'tempo'])).map(({ uid }) => `${target}/${uid}.json`)).toContain(path)
  })

  it('at health does not depend on how finely the range is drawn', () => {
    const health = panels.filter(({ uid }) => uid === 'genai-health')
    expect(
      health.flatMap(({ panel }) => panel.targets ?? []).filter(({ expr }) => expr?.includes('$__rate_interval')),
    ).toEqual([])
  })
})

// Alertmanager's files against amtool, the alert definitions and the routes people rely on.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { createRuleGroups } from '../../prometheus/rule-groups.ts'
import { BUDGETS_GROUPED_BY, defaultGroup, GROUPED_BY } from '../../src/api/alerts/webhook-body.ts'
import { componentPath } from '../../stack/components.ts'
import { renderConfig, temporaryFolder } from '../support/prometheus.ts'
import { run } from '../support/third-party.ts'

const DIR = resolve(import.meta.dirname, '../../prometheus/alertmanager')
const folder = temporaryFolder('amtool')
afterAll(folder.remove)

interface Config {
  route: { group_by: string[]; routes: { matchers?: string[]; group_by?: string[] }[] }
  receivers: { name: string }[]
  inhibit_rules: { source_matchers: string[]; target_matchers: string[]; equal?: string[] }[]
}
const rendered = renderConfig('alertmanager/alertmanager.yml')
const config = parse(rendered) as Config
const written = (name: string, text: string) => {
  const path = join(folder.path, name)
  writeFileSync(path, text)
  return path
}
const configFile = written('alertmanager.yml', rendered)
const check = (path: string) => run(componentPath('amtool'), ['check-config', path])
const routesTo = async (...labels: string[]) =>
  (
    await run(componentPath('amtool'), ['config', 'routes', 'test', `--config.file=${configFile}`, ...labels])
  ).output.trim()

const alerts = createRuleGroups().flatMap((group) => group.alerts)

describe('alertmanager.yml', () => {
  it('passes amtool, with its templates', async () => {
    const { code, output } = await check(configFile)
    expect(output).toContain('1 templates')
    expect(output).toContain('SUCCESS')
    expect(code).toBe(0)
  })

  it('is refused by amtool when a route names a missing receiver (control)', async () => {
    const broken = written('broken.yml', rendered.replace('receiver: mail-and-history', 'receiver: nobody'))
    expect((await check(broken)).code).toBe(1)
  })

  it.each([
    [['alertname=Neo4jDown', 'severity=critical'], 'mail-and-history'],
    [['alertname=GenAIErrorRateHigh', 'severity=critical', 'org_id=acme'], 'mail-and-history'],
    [['alertname=UnpricedModel', 'severity=warning', 'org_id=acme'], 'mail-and-history'],
    [['alertname=BudgetNearLimit', 'severity=warning', 'org_id=acme'], 'mail-and-history'],
    [['alertname=GenAIProviderDownForOrganisation', 'severity=critical', 'org_id=acme'], 'organisation-mail'],
    [['alertname=Watchdog', 'severity=none'], 'history'],
    [['alertname=SpanMetricsOverflow', 'severity=info'], 'history'],
    [['alertname=SomeoneElses'], 'mail-and-history'],
  ])('routes %j to %s', async (labels, receiver) => {
    expect(await routesTo(...labels)).toBe(receiver)
  })

  it('mails every alert that is critical or a warning, and no other', async () => {
    const adminsOnly = ['GenAIProviderDownForOrganisation']
    for (const { name, severity } of alerts) {
      const mailed = adminsOnly.includes(name) ? 'organisation-mail' : 'mail-and-history'
      const expected = severity === 'critical' || severity === 'warning' ? mailed : 'history'
      expect(await routesTo(`alertname=${name}`, `severity=${severity}`), name).toBe(expected)
    }
  })

  it('groups as the api believes it does', () => {
    const budgets = config.route.routes.find(({ matchers }) => matchers?.[0]?.includes('Budget'))
    expect(config.route.group_by).toEqual(GROUPED_BY)
    expect(budgets?.group_by).toEqual(BUDGETS_GROUPED_BY)
    expect(defaultGroup({ alertname: 'BudgetNearLimit', org_id: 'acme', threshold: '80', job: 'api' })).toEqual({
      alertname: 'BudgetNearLimit',
      org_id: 'acme',
      threshold: '80',
    })
    expect(defaultGroup({ alertname: 'ServiceDown', job: 'api', instance: 'a:1' })).toEqual({
      alertname: 'ServiceDown',
      job: 'api',
    })
  })

  it('silences symptoms while their cause fires, exactly as the definitions say', () => {
    const names = (matchers: string[]) => (/^alertname =~? "(.*)"$/.exec(matchers[0] ?? '')?.[1] ?? '').split('|')
    const fromConfig = config.inhibit_rules
      .filter(({ source_matchers: source }) => source[0]?.startsWith('alertname'))
      .flatMap(({ source_matchers: source, target_matchers: targets, equal = [] }) =>
        names(targets).map((target) => `${names(source)[0]} {${source.slice(1)}} > ${target} by [${equal}]`),
      )
    const fromDefinitions = alerts.flatMap(({ name, causes = [] }) =>
      causes.map(({ alert, match = {}, equal = [] }) => {
        const matchers = Object.entries(match).map(([label, value]) => `${label} = "${value}"`)
        return `${alert} {${matchers}} > ${name} by [${equal}]`
      }),
    )
    expect(fromConfig.sort()).toEqual(fromDefinitions.sort())
    expect(fromConfig.length).toBeGreaterThan(10)
  })

  it('names only alerts that exist, and none that is its own cause', () => {
    const names = new Set(alerts.map(({ name }) => name))
    for (const { name, causes = [] } of alerts) {
      for (const { alert } of causes) {
        expect(names).toContain(alert)
        expect(alert).not.toBe(name)
      }
    }
  })

  it.each(readdirSync(join(DIR, 'receivers')))('accepts receivers/%s beside the others', async (file) => {
    const receivers = parse(readFileSync(join(DIR, 'receivers', file), 'utf8')) as { name: string }[]
    const name = receivers[0]?.name ?? ''
    const more = {
      ...config,
      route: {
        ...config.route,
        routes: [{ receiver: name, matchers: ['org_id = "acme"'], continue: true }, ...config.route.routes],
      },
      receivers: [...config.receivers, ...receivers],
    }
    const path = written(file, stringify(more, { aliasDuplicateObjects: false }))
    expect(await check(path)).toMatchObject({ code: 0 })
    const test = ['config', 'routes', 'test', `--config.file=${path}`, 'severity=critical', 'alertname=X']
    expect((await run(componentPath('amtool'), [...test, 'org_id=acme'])).output.trim()).toBe(
      `${name},mail-and-history`,
    )
    expect((await run(componentPath('amtool'), [...test, 'org_id=globex'])).output.trim()).toBe('mail-and-history')
  })
})

// Prometheus' files against promtool, their definitions, the runbooks, and the metrics the services really export.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { ALERT_CASES } from '../../prometheus/cases/index.ts'
import { generateRuleFiles } from '../../prometheus/generate.ts'
import { generateTestFiles, readAnnotations } from '../../prometheus/generate-tests.ts'
import { createRuleGroups } from '../../prometheus/rule-groups.ts'
import { TEMPLATE_VARIABLES } from '../../prometheus/template-variables.ts'
import { componentPath } from '../../stack/components.ts'
import { renderConfig, temporaryFolder } from '../support/prometheus.ts'
import { run } from '../support/third-party.ts'

const DIR = resolve(import.meta.dirname, '../../prometheus')
const read = (path: string) => readFileSync(join(DIR, path), 'utf8')
const list = (path: string) => readdirSync(join(DIR, path)).map((file) => join(DIR, path, file))
const promtool = (...args: string[]) => run(componentPath('promtool'), args)
const folder = temporaryFolder('promtool')
afterAll(folder.remove)

const groups = createRuleGroups()
const alerts = groups.flatMap((group) => group.alerts)

describe('promtool', () => {
  it('accepts prometheus.yml with all its rules', async () => {
    const path = join(folder.path, 'prometheus.yml')
    writeFileSync(path, renderConfig('prometheus.yml'))
    const { code, output } = await promtool('check', 'config', '--lint=all', '--lint-fatal', path)
    expect(output).toContain('SUCCESS')
    expect(output).toContain(`${generateRuleFiles().size} rule files found`)
    expect(code).toBe(0)
  })

  it('refuses a rule that does not parse (control)', async () => {
    const path = join(folder.path, 'broken.yml')
    writeFileSync(path, stringify({ groups: [{ name: 'g', rules: [{ alert: 'A', expr: 'sum(' }] }] }))
    expect((await promtool('check', 'rules', path)).code).toBe(1)
  })

  it.each(list('tests').map((path) => [basename(path), path]))(
    'passes tests/%s',
    { timeout: 180_000 },
    async (_, path) => {
      const { code, output } = await promtool('test', 'rules', path)
      expect(output).toContain('SUCCESS')
      expect(code).toBe(0)
    },
  )

  it('fails the tests of a rule whose threshold was changed (control)', async () => {
    const rules = read('rules/alerts/dependencies.yml').replace('> 10\n', '> 100\n')
    writeFileSync(join(folder.path, 'dependencies.yml'), rules)
    const tests = read('tests/dependencies.yml').replace('../rules/alerts/', '')
    writeFileSync(join(folder.path, 'tests.yml'), tests)
    const { code, output } = await promtool('test', 'rules', join(folder.path, 'tests.yml'))
    expect(code).toBe(1)
    expect(output).toContain('RedisErrorsHigh fires')
  })
})

describe('generated files', () => {
  const onDisk = (kind: string) => readdirSync(join(DIR, kind)).map((file) => `${kind}/${file}`)

  it('are what the definitions say, and there are no others', () => {
    const files = generateRuleFiles()
    for (const [path, text] of files) expect(read(`rules/${path}`), path).toBe(text)
    const found = [...onDisk('rules/recording'), ...onDisk('rules/alerts')].map((path) => path.replace('rules/', ''))
    expect(found.sort()).toEqual([...files.keys()].sort())
  })

  it('are what the case tables say', () => {
    for (const [path, text] of generateTestFiles()) expect(read(`tests/${path}`), path).toBe(text)
  })
})

describe('every alert', () => {
  const files = [...generateRuleFiles()].filter(([path]) => path.startsWith('alerts/'))
  const rules = files.flatMap(([, text]) =>
    (
      parse(text) as {
        groups: { rules: { alert: string; labels: Record<string, string>; annotations: Record<string, string> }[] }[]
      }
    ).groups.flatMap((group) => group.rules),
  )

  const said = readAnnotations()

  it('has a name of its own', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
    expect(rules.length).toBeGreaterThan(40)
  })

  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s says how bad, what, how much, what to do and where',
    (name, rule) => {
      expect(name).toMatch(/^([A-Z][a-z0-9]+|[A-Z]{2,}(?=[A-Z]|$)|GenAI|Neo4j)+$/)
      expect(['critical', 'warning', 'info', 'none']).toContain(rule.labels.severity)
      expect(rule.labels.topic).toMatch(/^[a-z0-9_]+$/)
      expect(said[name]?.summary).toMatch(/^.{5,120}$/)
      expect(rule.annotations.description).toContain('$value')
      expect(rule.annotations.value).toBeTruthy()
      expect(rule.annotations.action).toMatch(/\.$/)
      expect(rule.annotations.runbook_url).toBe(`{{ $externalLabels.runbook_base_url }}/${name}.md`)
      expect(rule.annotations.dashboard_url).toMatch(
        /^\{\{ \$externalLabels\.grafana_url }}\/d\/(alerts|cost-management|genai-health|neo4j-health|pipeline-health)\?viewPanel=panel-\d+(&var-[a-z_]+=\{\{ urlQueryEscape \$labels\.[a-z_]+ }})*$/,
      )
    },
  )

  it('has a case that fires it and, but for the Watchdog, cases that do not', () => {
    const cases = Object.values(ALERT_CASES).flat()
    expect(cases.map(({ alert }) => alert).sort()).toEqual(alerts.map(({ name }) => name).sort())
    for (const { alert, silent } of cases) if (alert !== 'Watchdog') expect(silent, alert).not.toEqual([])
    expect(cases.flatMap(({ silent }) => silent).length).toBeGreaterThan(100)
  })
})

describe('runbooks', () => {
  const runbooks = readdirSync(join(DIR, 'runbooks')).map(
    (file) => [basename(file, '.md'), read(`runbooks/${file}`)] as const,
  )
  const queries = runbooks.flatMap(([name, text]) =>
    [...text.matchAll(/```promql\n([^`]+)```/g)].map(([, query]) => [name, query?.trim() ?? ''] as const),
  )

  it('are there for every alert, and for nothing else', () => {
    expect(runbooks.map(([name]) => name).sort()).toEqual(alerts.map(({ name }) => name).sort())
  })

  it.each(runbooks)('%s has its five sections and a query to paste', (name, text) => {
    expect(text.split('\n')[0]).toBe(`# ${name}`)
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual([
      'Meaning',
      'Impact',
      'Quick checks',
      'Diagnosis',
      'Mitigation',
    ])
    expect(text).toContain('```promql')
  })

  it('hold only queries that Prometheus can parse', async () => {
    const rules = queries.map(([, expr], i) => ({ record: `runbook:query:${i}`, expr }))
    const path = join(folder.path, 'queries.yml')
    writeFileSync(path, stringify({ groups: [{ name: 'runbooks', rules }] }))
    const { code, output } = await promtool('check', 'rules', '--lint=none', path)
    expect(output).toContain(`${queries.length} rules found`)
    expect(code).toBe(0)
  })
})

describe('template variables', () => {
  it('are exactly the placeholders of prometheus.yml and alertmanager.yml', () => {
    const uncommented = (text: string) => text.replaceAll(/^\s*#.*$/gm, '')
    const text = uncommented(read('prometheus.yml')) + uncommented(read('alertmanager/alertmanager.yml'))
    const placeholders = [...text.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name]) => name)
    // The keys of days are made of the secret, which stays out of the configuration.
    const variables = placeholders.map((name) => (name === 'API_LINK_KEYS' ? 'API_LINK_KEY' : name))
    expect(placeholders).not.toContain('API_LINK_KEY')
    expect([...new Set(variables)].sort()).toEqual(Object.keys(TEMPLATE_VARIABLES).sort())
  })

  it('are in the README, with their defaults', () => {
    const rows = Object.fromEntries(
      [...read('README.md').matchAll(/^\| `([A-Z_]+)` \| (.*?) \|/gm)].map(([, name, value]) => [name, value]),
    )
    const expected = Object.entries(TEMPLATE_VARIABLES).map(([name, variable]) => {
      const fallback = 'fallback' in variable ? variable.fallback : undefined
      return [name, fallback === undefined ? 'required' : fallback === '' ? 'empty' : `\`${fallback}\``]
    })
    expect(rows).toEqual(Object.fromEntries(expected))
  })
})

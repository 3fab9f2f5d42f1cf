// Every alert can be fired by something the project runs: each metric and label the rules read against those who export it.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Metric, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ATTR, METRIC } from '../../instrumentation/semconv.ts'
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'
import { ALERT_CASES } from '../../prometheus/cases/index.ts'
import { type Exporter, METRICS_USED } from '../../prometheus/metrics-used.ts'
import { createRuleGroups } from '../../prometheus/rule-groups.ts'
import { createMetrics as createApiMetrics } from '../../src/api/metrics.ts'
import { createNeo4jMetrics } from '../../src/api/neo4j/neo4j-metrics.ts'
import { createMetrics as createLedgerMetrics } from '../../src/ledger/metrics.ts'
import { registerPoolMetrics } from '../../src/shared/pool-metrics.ts'
import { componentPath } from '../../stack/components.ts'
import { readSelectors } from '../support/promql.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const used = Object.entries(METRICS_USED)
const usedOf = (...exporters: Exporter[]) => used.filter(([, { exporter }]) => exporters.includes(exporter))
const toLabel = (attribute: string) => attribute.replaceAll('.', '_')
/** Labels that Prometheus adds to what it scrapes, the task label of one of our gauges apart. */
const SCRAPED = ['job', 'instance']

describe('what the rules read', () => {
  const groups = createRuleGroups()
  const recorded = new Set(groups.flatMap(({ recording = [] }) => recording.map(({ record }) => record)))
  const read = new Map<string, Set<string>>()
  for (const { recording = [], alerts } of groups) {
    for (const { expr } of [...recording, ...alerts]) {
      for (const { metric, labels } of readSelectors(expr)) {
        if (!recorded.has(metric)) read.set(metric, new Set([...(read.get(metric) ?? []), ...labels]))
      }
    }
  }

  it('is declared, with its labels, and nothing else is', () => {
    expect([...read.keys()].sort()).toEqual(Object.keys(METRICS_USED).sort())
    for (const [metric, labels] of read)
      expect(METRICS_USED[metric]?.labels, metric).toEqual(expect.arrayContaining([...labels]))
  })

  it('is all that the cases are made of: a series that no rule reads would silence nothing', () => {
    const fed = Object.values(ALERT_CASES)
      .flat()
      .flatMap(({ fires, silent }) => [fires.series, ...silent.map(({ series }) => series)])
      .flatMap((series) => Object.keys(series).map((name) => name.replace(/\{.*/, '')))
    // Descriptions ask for figures too.
    const texts = groups.flatMap(({ alerts }) => alerts.map(({ description }) => description)).join('\n')
    const isAsked = (name: string) => name in METRICS_USED || recorded.has(name) || texts.includes(`${name}{`)
    expect(fed.length).toBeGreaterThan(100)
    expect([...new Set(fed)].filter((name) => !isAsked(name))).toEqual([])
  })

  it('is all in the hour of healthy traffic: an alert without its metrics would be silent there for nothing', () => {
    const { tests } = parse(readFileSync(join(ROOT, 'prometheus/tests/healthy.test.yml'), 'utf8')) as {
      tests: { input_series: { series: string }[] }[]
    }
    const fed = new Set(tests[0]?.input_series.map(({ series }) => series.replace(/\{.*/, '')))
    const made = ['ALERTS'] // by Prometheus
    expect(Object.keys(METRICS_USED).filter((name) => !made.includes(name) && !fed.has(name))).toEqual([])
  })

  it('looks for alerts that exist', () => {
    const names = new Set(groups.flatMap(({ alerts }) => alerts.map(({ name }) => name)))
    const told = groups
      .flatMap(({ alerts }) => alerts)
      .flatMap(({ expr }) =>
        [...expr.matchAll(/ALERTS\{alertname=~?"([\w|]+)"/g)].flatMap(([, names = '']) => names.split('|')),
      )
    expect(told.length).toBeGreaterThan(0)
    for (const name of told) expect(names).toContain(name)
  })
})

describe('what our services export', () => {
  const registry = new Registry()
  createNeo4jMetrics(registry)
  createApiMetrics(registry)
  registerPoolMetrics({ totalCount: 0, idleCount: 0, waitingCount: 0 }, registry)
  const metrics = [registry, createLedgerMetrics().registry].flatMap((one) =>
    one.getMetricsAsArray(),
  ) as unknown as (Metric & {
    name: string
    labelNames: string[]
  })[]
  // Histograms keep their name: Prometheus stores each as one native histogram.
  const labelsOf = new Map(metrics.map(({ name, labelNames }) => [name, [...labelNames, ...SCRAPED]] as const))

  it.each(usedOf('ledger', 'api', 'ledger and api'))('has %s with its labels', (name, { labels }) => {
    expect(labelsOf.has(name)).toBe(true)
    expect(labelsOf.get(name)).toEqual(expect.arrayContaining([...labels]))
  })

  it('has no metric that nobody wrote (control)', () => {
    expect(labelsOf.has('ledger_no_such_metric_total')).toBe(false)
  })
})

describe('what the instrumentation exports', () => {
  const SUFFIX = { histogram: '', counter: '_total', gauge: '' }
  const exported = new Set(
    Object.values(METRIC).map(
      ({ name, unit, type }) => toLabel(name) + ({ s: '_seconds', '1': '_ratio' }[unit as string] ?? '') + SUFFIX[type],
    ),
  )
  const labels = [...Object.values(ATTR).map(toLabel), 'job']

  it.each(usedOf('instrumentation'))('has %s with its labels', (name, metric) => {
    expect(exported).toContain(name)
    expect(labels).toEqual(expect.arrayContaining([...metric.labels]))
  })
})

describe('what the collector makes of spans', () => {
  const config = parse(readFileSync(join(ROOT, 'collector/collector.yaml'), 'utf8'), { merge: true }) as {
    connectors: Record<string, { namespace: string; dimensions: { name: string }[] }>
  }
  // Beside its dimensions: labels of every span metric.
  const always = ['service_name', 'span_name', 'span_kind', 'status_code', 'otel_metric_overflow', 'job']

  it.each(['span_metrics/trusted', 'span_metrics/bound'])('%s has every metric and label', (connector) => {
    const { namespace = '', dimensions = [] } = config.connectors[connector] ?? {}
    const labels = [...dimensions.map(({ name }) => toLabel(name)), ...always]
    for (const [name, metric] of usedOf('collector')) {
      expect(name.startsWith(`${toLabel(namespace)}_`), name).toBe(true)
      expect(labels, name).toEqual(expect.arrayContaining([...metric.labels]))
    }
  })
})

it('the sampler is called full where the collector’s configuration says so', () => {
  const text = readFileSync(join(ROOT, 'collector/collector.yaml'), 'utf8')
  expect(/TAIL_SAMPLING_TRACES:-(\d+)/.exec(text)?.[1]).toBe(String(ALERTS_CONFIG.pipeline.sampler.traces))
})

describe('what the components export of themselves', () => {
  // Counters of trouble are not there before the first trouble, so their names are looked up in the programs.
  const programOf = { 'collector itself': 'otelcol', prometheus: 'prometheus', alertmanager: 'alertmanager' } as const
  const textOf = (program: 'otelcol' | 'prometheus' | 'alertmanager') => readFileSync(componentPath(program))
  // Alertmanager and Prometheus put theirs together from parts.
  const lastPart = (name: string) => name.replace(/^(alertmanager|prometheus)_/, '').replace(/^rule_/, '')

  it.each(Object.entries(programOf))('%s has them all', (exporter, program) => {
    const text = textOf(program)
    for (const [name] of usedOf(exporter as Exporter)) expect(text.includes(lastPart(name)), name).toBe(true)
  })

  it('has no metric that nobody wrote (control)', () => {
    expect(textOf('otelcol').includes('otelcol_exporter_no_such_metric')).toBe(false)
  })
})

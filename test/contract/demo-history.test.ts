// The demo's metric history in a real Prometheus: one of its own takes it over OTLP, another answers from its blocks.
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ATTR } from '../../instrumentation/semconv.ts'
import { backfillPrometheus } from '../../src/demo/data/backfill.ts'
import { createDemoData } from '../../src/demo/data/generate.ts'
import type { PlannedSpan, PlannedTrace } from '../../src/demo/data/planned-trace.ts'
import { componentPath, isBuilt } from '../../stack/components.ts'
import { pollUntil } from '../support/poll.ts'
import { temporaryFolder } from '../support/prometheus.ts'
import { freePorts, type RunningProgram, startProgram } from '../support/third-party.ts'

const UNTIL_MS = Date.UTC(2026, 2, 31, 12)

describe.skipIf(!isBuilt('prometheus'))('metric history', () => {
  const folder = temporaryFolder('history')
  const data = createDemoData({ seed: 2, days: 14, traces: 1_900, untilMs: UNTIL_MS })
  let traces: PlannedTrace[]
  let blocks: number
  let leftByStopped: string[]
  let prometheus: RunningProgram
  let url: string

  const query = async (expression: string, atMs = UNTIL_MS): Promise<number> => {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}&time=${atMs / 1000}`)
    const { data: found, error } = (await response.json()) as {
      data: { result: { value: [number, string] }[] }
      error?: string
    }
    if (error) throw new Error(error)
    expect(found.result, expression).toHaveLength(1)
    return Number(found.result[0]?.value[1])
  }

  beforeAll(async () => {
    traces = data.hours.flatMap((_, hour) => data.tracesOf(hour))
    const dataFolder = join(folder.path, 'tsdb')
    const backfill = (signal?: AbortSignal) =>
      backfillPrometheus(data, { prometheus: componentPath('prometheus'), dataFolder, ...(signal && { signal }) })
    await expect(backfill(AbortSignal.abort())).rejects.toThrow('aborted')
    leftByStopped = readdirSync(folder.path, { recursive: true }).map(String)
    // Twice, as after a run that was cut off while it put its blocks in place: the samples are the same.
    await backfill()
    blocks = (await backfill()).blocks
    const config = join(folder.path, 'prometheus.yml')
    writeFileSync(config, 'global: {}\n')
    const [port] = await freePorts(1)
    url = `http://127.0.0.1:${port}`
    prometheus = startProgram(componentPath('prometheus'), [
      `--config.file=${config}`,
      `--storage.tsdb.path=${dataFolder}`,
      '--storage.tsdb.retention.time=20y',
      `--web.listen-address=127.0.0.1:${port}`,
    ])
    await pollUntil('Prometheus to be ready', async () => {
      const response = await fetch(`${url}/-/ready`)
      if (!response.ok) throw new Error(prometheus.output().slice(-1_000))
    })
  }, 120_000)

  afterAll(async () => {
    await prometheus?.stop()
    folder.remove()
  })

  const spans = (accept: (span: PlannedSpan, trace: PlannedTrace) => boolean) =>
    traces.flatMap((trace) => trace.spans.filter((span) => accept(span, trace)))
  const isCall = (span: PlannedSpan) => span.attributes[ATTR.requestModel] !== undefined
  const sumOf = (list: PlannedSpan[], key: string) =>
    list.reduce((sum, span) => sum + Number(span.attributes[key] ?? 0), 0)

  it('counts every model call, by organisation, provider and error', async () => {
    const total = 'sum(histogram_count(last_over_time(gen_ai_client_operation_duration_seconds'
    expect(await query(`${total}[14d])))`)).toBe(spans(isCall).length)
    expect(await query(`${total}{org_id="globex"}[14d])))`)).toBe(
      spans((span, trace) => isCall(span) && trace.orgId === 'globex').length,
    )
    const failed = spans((span) => isCall(span) && span.attributes[ATTR.errorType] !== undefined)
    expect(await query(`${total}{error_type!=""}[14d])))`)).toBe(failed.length)
    expect(failed.length).toBeGreaterThan(10)
  })

  it('counts tokens and feature runs', async () => {
    const tokens = 'sum(histogram_sum(last_over_time(gen_ai_client_token_usage{gen_ai_token_type="input"}[14d])))'
    expect(await query(tokens)).toBe(sumOf(spans(isCall), ATTR.inputTokens))
    const runs =
      'sum(histogram_count(last_over_time(spanledger_feature_duration_seconds{spanledger_feature_status="degraded"}[14d])))'
    expect(await query(runs)).toBe(spans((span) => span.attributes[ATTR.featureStatus] === 'degraded').length)
  })

  it('lets increase see the calls of one day as well as of all', async () => {
    const dayStartMs = UNTIL_MS - 3 * 86_400_000
    const ofDay = spans((span, trace) => {
      const rootMs = (trace.spans[0]?.startUs ?? 0) / 1000
      return isCall(span) && rootMs >= dayStartMs && rootMs < dayStartMs + 86_400_000
    }).length
    const seen = await query(
      'sum(histogram_count(increase(gen_ai_client_operation_duration_seconds[1d])))',
      dayStartMs + 86_400_000,
    )
    expect(Math.abs(seen / ofDay - 1)).toBeLessThan(0.1)
  })

  it('has latency quantiles that fit the data', async () => {
    const quantile =
      'histogram_quantile(0.5, sum(last_over_time(spanledger_feature_duration_seconds{spanledger_feature_status="success"}[14d])))'
    const median = await query(quantile)
    expect(median).toBeGreaterThan(0.8)
    expect(median).toBeLessThan(1.3)
  })

  it('leaves nothing when it is stopped', () => {
    expect(leftByStopped).toEqual(['tsdb'])
  })

  it('is in blocks short enough for a retention to drop', () => {
    expect(blocks).toBeGreaterThan(1)
  })

  it('is a series a stream, and nothing but the app’s metrics and neo4j_up', async () => {
    const names = 'count by (__name__) (last_over_time({__name__!=""}[14d]))'
    expect(await query(`count(${names})`)).toBe(5)
    expect(await query('count(last_over_time({__name__=~".+_(bucket|count|sum)"}[14d])) or vector(0)')).toBe(0)
  })

  it('shows Neo4j down during its outage and up around it', async () => {
    const { fromMs, toMs } = data.incidents.graphOutage
    expect(await query('neo4j_up', fromMs + 30 * 60_000)).toBe(0)
    expect(await query('neo4j_up', fromMs - 60_000)).toBe(1)
    expect(await query('neo4j_up', toMs + 60_000)).toBe(1)
  })
})

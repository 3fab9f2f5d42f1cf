// The series budget where it counts: the telemetry of a hundred organisations through the real collector into the real
// Prometheus and ledger, and what Prometheus then stores.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ProtobufMetricsSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { MetricData } from '@opentelemetry/sdk-metrics'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'
import { createTestCollector, INGEST_TOKEN, type TestCollector } from '../support/collector.ts'
import { HUNDRED_ORGANISATIONS_CALLS, runHundredOrganisations } from '../support/hundred-organisations.ts'
import { startLedger, type TestLedger } from '../support/ledger.ts'
import { pollUntil } from '../support/poll.ts'
import { type Started, startPrometheus, temporaryFolder } from '../support/prometheus.ts'
import { captureTelemetry } from '../support/telemetry.ts'
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts'
import type { RunningProgram } from '../support/third-party.ts'

const { budget } = ALERTS_CONFIG.pipeline.series
const SPANS_PER_REQUEST = 2_000
/** As the alert counts them. */
const STORED = 'count({__name__=~"(gen_ai|spanledger|traces_span_metrics|ledger)_.+"})'

describe('a hundred organisations with fifty deals each', () => {
  const folder = temporaryFolder('series')
  const telemetry = captureTelemetry()
  let database: TestDatabase
  let ledger: TestLedger
  let prometheus: Started
  let collector: TestCollector
  let collecting: RunningProgram
  let metrics: MetricData[]

  const value = async (expr: string): Promise<number> => {
    const response = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query: expr })}`)
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } }
    return Number(data.result[0]?.value[1] ?? 0)
  }
  const post = async (url: string, body: Uint8Array | undefined) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', authorization: `Bearer ${INGEST_TOKEN}` },
      body: new Uint8Array(body ?? []),
    })
    expect(response.status, await response.text()).toBe(200)
  }
  const metricsRequest = () =>
    ProtobufMetricsSerializer.serializeRequest({
      resource: resourceFromAttributes({ 'service.name': 'shop' }),
      scopeMetrics: [{ scope: { name: 'spanledger' }, metrics }],
    })

  beforeAll(async () => {
    await telemetry.reset()
    await runHundredOrganisations(telemetry)
    metrics = await telemetry.metrics()
    database = await createTestDatabase()
    ledger = await startLedger(database)
    prometheus = await startPrometheus(
      folder.path,
      { PROMETHEUS_SCRAPE_INTERVAL: '1s', LEDGER_TARGET: ledger.url.replace('http://', '') },
      { flags: ['--web.enable-lifecycle'] },
    )
    collector = await createTestCollector({
      ledger: ledger.url,
      prometheus: `${prometheus.url}/api/v1/otlp`,
      tempo: '127.0.0.1:1',
      env: { LEDGER_TOKEN: ledger.token },
    })
    collecting = await collector.start()
  }, 120_000)
  afterAll(async () => {
    await collecting?.stop('SIGKILL')
    collector?.removeFiles()
    await prometheus?.program.stop()
    await ledger?.close()
    await database?.drop()
    await telemetry.stop()
    folder.remove()
  })

  it('are stored within the budget: app, span and ledger metrics together', async () => {
    const spans = await telemetry.rawSpans()
    for (let at = 0; at < spans.length; at += SPANS_PER_REQUEST)
      await post(
        `${collector.otlpUrl}/v1/traces`,
        ProtobufTraceSerializer.serializeRequest(spans.slice(at, at + SPANS_PER_REQUEST)),
      )
    await post(`${collector.otlpUrl}/v1/metrics`, metricsRequest())
    for (const counted of [
      'sum(histogram_count(gen_ai_client_operation_duration_seconds))',
      'sum(traces_span_metrics_calls_total{gen_ai_operation_name!=""})',
      'sum(ledger_calls_total)',
    ])
      await pollUntil(
        `all calls in ${counted}`,
        async () => expect(await value(counted)).toBe(HUNDRED_ORGANISATIONS_CALLS),
        {
          timeoutMs: 60_000,
        },
      )

    const streams = metrics.reduce((sum, { dataPoints }) => sum + dataPoints.length, 0)
    const app = await pollUntil('a series for each stream of the app', async () => {
      const series = await value('count({__name__=~"(gen_ai|spanledger)_.+"})')
      expect(series).toBe(streams)
      return series
    })
    const stored = await value(STORED)
    console.log(`${streams} streams of the app are ${app} series; ${stored} with those of spans and of the ledger`)
    expect(stored).toBeGreaterThan(app)
    expect(stored).toBeLessThan(budget)
    await pollUntil('the recording rule to say the same', async () =>
      expect(await value('app:series:count')).toBe(await value(STORED)),
    )
  })

  it('would be far over it as classic histograms (control)', async () => {
    const path = join(folder.path, 'prometheus.yml')
    const config = readFileSync(path, 'utf8')
    const classic = config.replace('convert_histograms_to_nhcb: true', 'convert_histograms_to_nhcb: false')
    expect(classic).not.toBe(config)
    writeFileSync(path, classic)
    expect((await fetch(`${prometheus.url}/-/reload`, { method: 'POST' })).status).toBe(200)
    await post(`${prometheus.url}/api/v1/otlp/v1/metrics`, metricsRequest())
    expect(await value(STORED)).toBeGreaterThan(3 * budget)
  })
})

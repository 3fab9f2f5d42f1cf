// The first count of a series: a script that fails and ends is counted and alerted on, although each of its series appears
// with its last value. The real library, collector and Prometheus with the project's configuration and rules.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestCollector, INGEST_TOKEN, type TestCollector } from '../support/collector.ts'
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.ts'
import { toAttributes } from '../support/otlp-view.ts'
import { pollUntil } from '../support/poll.ts'
import { type Started, startPrometheus, temporaryFolder } from '../support/prometheus.ts'
import { freePorts, type RunningProgram } from '../support/third-party.ts'
import { startTracedApp } from '../support/traced-app.ts'

const CALLS = 'gen_ai_client_operation_duration_seconds'

describe('the first count of a series', () => {
  const folder = temporaryFolder('first-counts')
  let ledger: OtlpSink
  let collector: TestCollector
  let collecting: RunningProgram
  let prometheus: Started

  beforeAll(async () => {
    ledger = await startOtlpSink()
    const [tempo] = (await freePorts(1)) as [number]
    prometheus = await startPrometheus(folder.path, { PROMETHEUS_SCRAPE_INTERVAL: '1s' })
    collector = await createTestCollector({
      ledger: ledger.url,
      prometheus: `${prometheus.url}/api/v1/otlp`,
      tempo: `127.0.0.1:${tempo}`,
    })
    collecting = await collector.start()
  }, 60_000)
  afterAll(async () => {
    await collecting?.stop()
    await prometheus?.program.stop()
    await ledger?.close()
    collector?.removeFiles()
    folder.remove()
  })

  const ask = async (path: string) => {
    const response = await fetch(`${prometheus.url}/api/v1/${path}`)
    // biome-ignore lint/suspicious/noExplicitAny: answers of several shapes
    return ((await response.json()) as { data: any }).data
  }
  const query = async (expr: string): Promise<number | undefined> => {
    const { result } = await ask(`query?query=${encodeURIComponent(expr)}`)
    return result.length === 0 ? undefined : Number(result[0].value[1])
  }
  const runScript = async (calls: number, service: string) => {
    const app = startTracedApp('failing-calls.mjs', {
      endpoint: collector.otlpUrl,
      args: [String(calls)],
      env: {
        OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${INGEST_TOKEN}`,
        OTEL_METRIC_EXPORT_INTERVAL: '60000',
        OTEL_SERVICE_NAME: service,
      },
    })
    expect(await app.ended, app.output()).toBe(0)
  }

  it('counts, also of a script that makes one call and ends', async () => {
    await runScript(1, 'single')
    const series = `${CALLS}{service_name="single"}`
    await pollUntil('the call', async () => expect(await query(`sum(histogram_count(${series}))`)).toBe(1))
    expect(await query(`sum(histogram_count(last_over_time(${series}[5m]) - first_over_time(${series}[5m])))`)).toBe(1)
    expect(await query(`sum(histogram_count(increase(${series}[5m])))`)).toBeGreaterThanOrEqual(1)
  })

  it('of forty deals, one failure each, alerts', async () => {
    await runScript(40, 'many')
    await pollUntil('GenAIProviderDown', async () => {
      const { alerts } = await ask('alerts')
      const firing = alerts.filter(({ state }: { state: string }) => state === 'firing')
      expect(firing.map(({ labels }: { labels: { alertname: string } }) => labels.alertname)).toContain(
        'GenAIProviderDown',
      )
    })
  })

  /** One point of shop’s that began so many milliseconds before it was read. */
  const send = async (metric: (point: object) => object, ageMs: bigint, value: object) => {
    const nowNs = BigInt(Date.now()) * 1_000_000n
    const point = {
      startTimeUnixNano: String(nowNs - ageMs * 1_000_000n),
      timeUnixNano: String(nowNs),
      attributes: toAttributes({ org_id: 'acme' }),
      ...value,
    }
    const resource = { attributes: toAttributes({ 'service.name': 'shop' }) }
    const body = { resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [metric(point)] }] }] }
    expect(await collector.send('/v1/metrics', body)).toBe(200)
  }

  it('counts where it began in the millisecond in which it was read', async () => {
    const sum = (point: object) => ({ aggregationTemporality: 2, isMonotonic: true, dataPoints: [point] })
    await send((point) => ({ name: 'spanledger.test', sum: sum(point) }), 0n, { asInt: '7' })
    const counter = 'spanledger_test_total{service_name="shop"}'
    await pollUntil('the counter', async () => expect(await query(counter)).toBe(7))
    expect(await query(`last_over_time(${counter}[5m]) - first_over_time(${counter}[5m])`)).toBe(7)
  })

  it('does not make a gauge begin at zero', async () => {
    const gaugeOf = (point: object) => ({
      name: 'spanledger.provider.rate_limit.used',
      unit: '1',
      gauge: { dataPoints: [point] },
    })
    await send(gaugeOf, 20_000n, { asDouble: 0.9 })
    const gauge = 'spanledger_provider_rate_limit_used_ratio{service_name="shop"}'
    await pollUntil('the gauge', async () => expect(await query(gauge)).toBe(0.9))
    expect(await query(`min_over_time(${gauge}[5m])`)).toBe(0.9)
  })
})

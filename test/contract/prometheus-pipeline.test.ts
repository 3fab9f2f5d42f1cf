// Collector and Prometheus, both real: what OTLP becomes in PromQL. The names here are what rules and dashboards use.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestCollector, type TestCollector } from '../support/collector.ts'
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.ts'
import { toMetrics, toTraces } from '../support/otlp-view.ts'
import { pollUntil } from '../support/poll.ts'
import { type Started, startPrometheus, temporaryFolder } from '../support/prometheus.ts'
import { freePorts, type RunningProgram } from '../support/third-party.ts'

interface Sample {
  metric: Record<string, string>
  value: [number, string]
}

describe('metrics through the collector into Prometheus', () => {
  const folder = temporaryFolder('prometheus')
  let ledger: OtlpSink
  let collector: TestCollector
  let collectorProgram: RunningProgram
  let prometheus: Started

  const query = async (expr: string): Promise<Sample[]> => {
    const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(expr)}`)
    const { status, data } = (await response.json()) as { status: string; data: { result: Sample[] } }
    expect(status).toBe('success')
    return data.result
  }
  const expectSeries = (expr: string, labels: Record<string, string>, value: string) =>
    pollUntil(`${expr} to be ${value}`, async () => {
      expect(await query(expr)).toEqual([{ metric: labels, value: [expect.any(Number), value] }])
    })

  beforeAll(async () => {
    ledger = await startOtlpSink()
    const [metricsPort, tempo] = (await freePorts(2)) as [number, number]
    prometheus = await startPrometheus(folder.path, {
      PROMETHEUS_SCRAPE_INTERVAL: '1s',
      COLLECTOR_METRICS_PORT: String(metricsPort),
    })
    collector = await createTestCollector({
      ledger: ledger.url,
      prometheus: `${prometheus.url}/api/v1/otlp`,
      tempo: `127.0.0.1:${tempo}`,
      env: { COLLECTOR_METRICS_PORT: String(metricsPort) },
    })
    collectorProgram = await collector.start()
  }, 60_000)

  afterAll(async () => {
    await collectorProgram?.stop()
    await prometheus?.program.stop()
    await ledger?.close()
    collector?.removeFiles()
    folder.remove()
  })

  it('turns spans into span metrics by organisation, with exemplars', async () => {
    const { body, traceIds } = toTraces({ 'service.name': 'shop', org_id: 'acme' }, [
      {
        name: 'chat m',
        kind: 3,
        durationMs: 300,
        error: true,
        attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm' },
      },
    ])
    const startedS = Date.now() / 1000 - 5
    expect(await collector.send('/v1/traces', body)).toBe(200)
    const labels = {
      org_id: 'acme',
      sender: 'trusted',
      service_name: 'shop',
      span_name: 'chat m',
      span_kind: 'SPAN_KIND_CLIENT',
      status_code: 'STATUS_CODE_ERROR',
      gen_ai_operation_name: 'chat',
      gen_ai_request_model: 'm',
    }
    await expectSeries(
      'traces_span_metrics_calls_total',
      { __name__: 'traces_span_metrics_calls_total', ...labels },
      '1',
    )
    // One native histogram with the collector's own bounds, not a series a bucket.
    await expectSeries('histogram_count(traces_span_metrics_duration_seconds)', labels, '1')
    await expectSeries('histogram_fraction(0.25, 1, traces_span_metrics_duration_seconds)', labels, '1')
    expect(await query('{__name__=~"traces_span_metrics_duration_seconds_.+"}')).toEqual([])
    await pollUntil('the exemplar in Prometheus', async () => {
      const expr = encodeURIComponent('traces_span_metrics_duration_seconds @ 0')
      const response = await fetch(
        `${prometheus.url}/api/v1/query_exemplars?query=${expr}&start=${startedS}&end=${Date.now() / 1000 + 5}`,
      )
      expect(await response.text()).toContain(traceIds[0])
    })
  })

  it('keeps the organisation of an application’s metrics and gives them service, not process, identity', async () => {
    const resource = { 'service.name': 'shop', 'service.instance.id': 'i1', 'process.pid': 7, org_id: 'acme' }
    const points = [{ name: 'gen_ai.client.operation.duration', value: 4, attributes: { feature: 'chat' } }]
    expect(await collector.send('/v1/metrics', toMetrics(resource, points))).toBe(200)
    await expectSeries(
      'gen_ai_client_operation_duration_total',
      {
        __name__: 'gen_ai_client_operation_duration_total',
        org_id: 'acme',
        feature: 'chat',
        job: 'shop',
        instance: 'i1',
        service_name: 'shop',
      },
      '4',
    )
  })

  it('scrapes the collector’s own metrics under the names the rules use', async () => {
    for (const name of [
      'otelcol_exporter_queue_size',
      'otelcol_exporter_queue_capacity',
      'otelcol_receiver_accepted_spans',
    ]) {
      await pollUntil(name, async () => expect(await query(`${name}{job="collector"}`)).not.toEqual([]))
    }
  })
})

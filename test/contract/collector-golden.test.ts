// Golden cases through the real collector: collector/testdata/*.yaml says what goes in and what each branch receives.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { componentPath } from '../../stack/components.ts'
import { createTestCollector, LEDGER_TOKEN, type TestCollector } from '../support/collector.ts'
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.ts'
import * as view from '../support/otlp-view.ts'
import { pollUntil } from '../support/poll.ts'
import { freePorts, type RunningProgram, startProgram } from '../support/third-party.ts'

interface Case {
  description: string
  send: {
    as: string
    resource: view.AttributeView
    spans?: view.SpanView[]
    logs?: view.LogView[]
    metrics?: view.PointView[]
  }[]
  ledger: { spans: object[]; logs?: object[] }
  tempo: string[]
  prometheus: { name: string; value: number; attributes: view.AttributeView }[]
}

const COLLECTOR = resolve(import.meta.dirname, '../../collector')
const CASES = readdirSync(join(COLLECTOR, 'testdata'))
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => ({
    name: basename(file, '.yaml'),
    ...(parse(readFileSync(join(COLLECTOR, 'testdata', file), 'utf8')) as Case),
  }))

describe('the collector, from OTLP in to what each branch receives', () => {
  let ledger: OtlpSink
  let prometheus: OtlpSink
  let standIn: RunningProgram
  let collector: TestCollector
  let program: RunningProgram
  const files = mkdtempSync(join(tmpdir(), 'spanledger-tempo-'))

  const tempoSpans = () =>
    readFileSync(join(files, 'traces.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .flatMap((line) => view.readSpans(JSON.parse(line)))
  const ledgerSpans = () => ledger.requests.flatMap(({ body }) => view.readSpans(body))
  const points = () => prometheus.requests.flatMap(({ body }) => view.readPoints(body))

  beforeAll(async () => {
    ledger = await startOtlpSink()
    prometheus = await startOtlpSink()
    const [tempoPort, tempoHealth] = (await freePorts(2)) as [number, number]
    standIn = startProgram(componentPath('otelcol'), ['--config', join(COLLECTOR, 'tempo-stand-in.yaml')], {
      TEMPO_OTLP_PORT: String(tempoPort),
      TEMPO_HTTP_PORT: String(tempoHealth),
      TEMPO_FILES_DIR: files,
    })
    collector = await createTestCollector({
      ledger: ledger.url,
      prometheus: `${prometheus.url}/api/v1/otlp`,
      tempo: `127.0.0.1:${tempoPort}`,
    })
    program = await collector.start()
  }, 60_000)

  afterAll(async () => {
    await program?.stop()
    await standIn?.stop()
    await Promise.all([ledger?.close(), prometheus?.close()])
    collector?.removeFiles()
    rmSync(files, { recursive: true, force: true })
  })

  it.each(CASES)('$name: $description', async ({ name, send, ledger: toLedger, tempo, prometheus: toPrometheus }) => {
    const traceIds: string[] = []
    for (const { as, resource, spans, logs, metrics } of send) {
      expect(resource['service.name']).toBe(name)
      const to = as === 'trusted' ? undefined : collector.asBound(as)
      if (spans) {
        const request = view.toTraces(resource, spans)
        traceIds.push(...request.traceIds)
        expect(await collector.send('/v1/traces', request.body, to)).toBe(200)
      }
      if (logs) expect(await collector.send('/v1/logs', view.toLogs(resource, logs), to)).toBe(200)
      if (metrics) expect(await collector.send('/v1/metrics', view.toMetrics(resource, metrics), to)).toBe(200)
    }
    const mine = (span: { traceId: string }) => traceIds.includes(span.traceId)

    await pollUntil('the ledger branch to have the spans', () => {
      const received = ledgerSpans().filter(mine)
      expect(received.map(({ traceId: _, ...rest }) => rest)).toEqual(toLedger.spans)
    })
    await pollUntil('the ledger branch to have the logs', () => {
      const received = ledger.requests
        .flatMap(({ body }) => view.readLogs(body))
        .filter(({ service }) => service === name)
      expect(received.map(({ service: _, ...rest }) => rest)).toEqual(toLedger.logs ?? [])
    })
    await pollUntil('Tempo to have the kept traces', () => {
      expect(
        tempoSpans()
          .filter(mine)
          .map((span) => span.name)
          .sort(),
      ).toEqual([...tempo].sort())
    })
    await pollUntil('Prometheus to have the metrics', () => {
      const own = points().filter((point) => point.service === name || point.attributes['service.name'] === name)
      const counts = own.filter((point) => !point.name.endsWith('.duration') || point.service)
      const latest = new Map(
        counts.map((point) => [point.name + JSON.stringify(Object.entries(point.attributes).sort()), point]),
      )
      const received = [...latest.values()].map(({ name, value, attributes }) => ({ name, value, attributes }))
      expect(received).toHaveLength(toPrometheus.length)
      expect(received).toEqual(expect.arrayContaining(toPrometheus))
    })
  })

  it('signs in to the ledger and keeps exemplars that lead to the traces', async () => {
    const { body, traceIds } = view.toTraces({ 'service.name': 'exemplars', org_id: 'acme' }, [
      { name: 'chat m', kind: 3, durationMs: 40, attributes: { 'gen_ai.operation.name': 'chat' } },
    ])
    expect(await collector.send('/v1/traces', body)).toBe(200)
    await pollUntil('an exemplar of the trace', () => {
      const exemplars = points()
        .filter(({ attributes }) => attributes['service.name'] === 'exemplars')
        .flatMap((point) => point.exemplars)
      expect(exemplars).toContain(traceIds[0])
    })
    expect(new Set(ledger.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set([`Bearer ${LEDGER_TOKEN}`]),
    )
  })

  it('counts spans of a service that does not name itself', async () => {
    const span = { name: 'nameless call', kind: 3, attributes: { 'gen_ai.operation.name': 'chat' } }
    expect(await collector.send('/v1/traces', view.toTraces({ org_id: 'acme' }, [span]).body)).toBe(200)
    await pollUntil('its span metrics', () => {
      const own = points().filter(({ attributes }) => attributes['span.name'] === 'nameless call')
      expect(new Set(own.map(({ attributes }) => attributes['service.name']))).toEqual(new Set(['unknown_service']))
    })
  })

  it.each([
    ['no token', '/v1/traces', ''],
    ['a wrong token', '/v1/traces', 'Bearer wrong'],
    ['a bound sender without its password', 'bound', `Basic ${Buffer.from('acme:wrong').toString('base64')}`],
    ['the ingest token at the bound port', 'bound', 'Bearer test-ingest-token'],
  ])('answers 401 to %s and passes nothing on', async (_, where, authorization) => {
    const { body, traceIds } = view.toTraces({ org_id: 'acme' }, [{ name: 'stolen', attributes: {} }])
    const url = where === 'bound' ? collector.boundUrl : collector.otlpUrl
    expect(await collector.send('/v1/traces', body, { url, authorization })).toBe(401)
    // Control: the same request with the right credentials arrives, and by then the refused one would have too.
    const control = view.toTraces({ org_id: 'acme' }, [{ name: 'allowed', attributes: {} }])
    expect(await collector.send('/v1/traces', control.body)).toBe(200)
    await pollUntil('the control span', () => {
      expect(ledgerSpans().map((span) => span.traceId)).toContain(control.traceIds[0])
    })
    expect(ledgerSpans().map((span) => span.traceId)).not.toContain(traceIds[0])
  })
})

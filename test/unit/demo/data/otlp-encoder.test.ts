// The hand-written encoder against the ledger’s decoder, which knows nothing of it.
import { describe, expect, it } from 'vitest'
import { createDemoData } from '../../../../src/demo/data/generate.ts'
import { createOtlpEncoder } from '../../../../src/demo/data/otlp-encoder.ts'
import type { PlannedTrace } from '../../../../src/demo/data/planned-trace.ts'
import { createDecoder } from '../../../../src/ledger/decode/decoder.ts'

const hex = (parts: readonly number[]) => parts.map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('')

const encode = (traces: readonly PlannedTrace[]) => {
  const encoder = createOtlpEncoder({
    resource: { 'service.name': 'dealroom' },
    scope: { name: 'spanledger', version: '0.1.0' },
  })
  for (const trace of traces) encoder.add(trace)
  return encoder.take()
}

function decodeSpans(body: Buffer) {
  const outcome = createDecoder().traces(body, 'protobuf')
  if (outcome.kind !== 'decoded') throw new Error(outcome.message)
  expect(outcome.decoded).toMatchObject({ rejected: {}, cleaned: {} })
  return outcome.decoded.items
}

const expected = (trace: PlannedTrace) =>
  trace.spans.map((span, position) => ({
    traceId: hex(trace.traceId),
    spanId: hex(trace.spanIds[position] ?? []),
    parentSpanId: span.parent < 0 ? '' : hex(trace.spanIds[span.parent] ?? []),
    startTimeUnixNano: BigInt(span.startUs) * 1000n,
    endTimeUnixNano: BigInt(span.endUs) * 1000n,
    name: span.name,
    kind: span.kind,
    statusCode: span.error ? 2 : 0,
    statusMessage: span.error?.message ?? '',
    scopeName: 'spanledger',
    scopeVersion: '0.1.0',
    attributes: { ...trace.common, ...span.attributes },
    resource: { 'service.name': 'dealroom' },
  }))

describe('encoded demo data', () => {
  it('is read by the ledger as it was planned: 500 traces, every field', () => {
    const data = createDemoData({ seed: 5, days: 7, traces: 500, untilMs: Date.UTC(2026, 2, 31, 12) })
    const traces = data.hours.flatMap((_, hour) => data.tracesOf(hour))
    const { traces: body, logs } = encode(traces)
    const spans = decodeSpans(body)
    expect(spans).toMatchObject(traces.flatMap(expected))
    expect(logs).toBeDefined()
    const records = createDecoder().logs(logs as Buffer, 'protobuf')
    if (records.kind !== 'decoded') throw new Error(records.message)
    const planned = traces.flatMap((trace) => trace.logs.map((log) => ({ trace, log })))
    expect(records.decoded.items).toHaveLength(planned.length)
    expect(records.decoded.items[0]).toMatchObject({
      traceId: hex(planned[0]?.trace.traceId ?? []),
      spanId: hex(planned[0]?.trace.spanIds[planned[0]?.log.span ?? 0] ?? []),
      attributes: { ...planned[0]?.trace.common, ...planned[0]?.log.attributes },
    })
  })

  it('carries every kind of value: other scripts, long texts, lists, doubles, negative and large numbers', () => {
    const attributes = {
      ascii: 'plain',
      script: 'Größe 漢字 🙂',
      long: 'x'.repeat(70_000),
      edge: 'y'.repeat(127),
      over: 'z'.repeat(128),
      empty: '',
      list: ['stop', 'längd'],
      double: 0.25,
      negative: -3,
      large: 2 ** 50,
      zero: 0,
      yes: true,
      no: false,
    }
    const trace: PlannedTrace = {
      orgId: 'acme',
      traceId: [1, 0xffffffff, 0, 2],
      spanIds: [[0xfedcba98, 1]],
      common: { org_id: 'acme' },
      spans: [
        {
          parent: -1,
          name: 'n'.repeat(300),
          kind: 1,
          startUs: 1_774_000_000_000_001,
          endUs: 1_774_000_000_000_002,
          error: { type: 'x', message: 'ü'.repeat(100) },
          attributes,
        },
      ],
      logs: [],
    }
    const { traces, logs } = encode([trace])
    expect(logs).toBeUndefined()
    expect(decodeSpans(traces)).toMatchObject(expected(trace))
  })

  it('starts afresh after each request', () => {
    const encoder = createOtlpEncoder({ resource: {}, scope: { name: 's', version: '1' } })
    const data = createDemoData({ seed: 5, days: 7, traces: 500, untilMs: Date.UTC(2026, 2, 31, 12) })
    const traces = data.hours.flatMap((_, hour) => data.tracesOf(hour))
    encoder.add(traces[0] as PlannedTrace)
    const first = encoder.take().traces
    encoder.add(traces[1] as PlannedTrace)
    encoder.take()
    encoder.add(traces[0] as PlannedTrace)
    expect(encoder.take().traces.equals(first)).toBe(true)
    expect(encoder.spanCount()).toBe(0)
  })
})

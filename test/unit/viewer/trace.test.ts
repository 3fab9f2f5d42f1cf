import { describe, expect, test } from 'vitest'
import { plainValue, toHex, toTraceFrame } from '../../../grafana/viewer/server/tempo.ts'
import {
  buildTrace,
  counted,
  formatMs,
  groupAttributes,
  type SpanRow,
  visibleSpans,
} from '../../../grafana/viewer/web/explore/trace-model.ts'
import { exploreTraceUrl } from '../../../grafana/viewer/web/explore/trace-url.ts'

const row = (spanID: string, parentSpanID: string, startTime: number, more: Partial<SpanRow> = {}): SpanRow => ({
  traceID: 'f'.repeat(32),
  spanID,
  parentSpanID,
  operationName: spanID,
  serviceName: 'app',
  statusCode: 0,
  startTime,
  duration: 10,
  tags: [],
  serviceTags: [],
  logs: [],
  ...more,
})

describe('waterfall', () => {
  test('children follow their parent by start, whatever order they came in', () => {
    const rows = [row('late', 'root', 30), row('leaf', 'early', 21), row('early', 'root', 20), row('root', '', 10)]
    const { spans, startMs, durationMs } = buildTrace(rows)
    expect(spans.map(({ spanID, depth, offsetMs }) => [spanID, depth, offsetMs])).toEqual([
      ['root', 0, 0],
      ['early', 1, 10],
      ['leaf', 2, 11],
      ['late', 1, 20],
    ])
    expect([startMs, durationMs]).toEqual([10, 30])
  })

  test('draws each span once, also orphans and spans that are their own ancestors', () => {
    const { spans } = buildTrace([
      row('orphan', 'missing', 1),
      row('a', 'b', 2),
      row('b', 'a', 3),
      row('self', 'self', 4),
    ])
    expect(spans.map(({ spanID }) => spanID).sort()).toEqual(['a', 'b', 'orphan', 'self'])
  })

  test('folding hides all below, and nothing beside', () => {
    const trace = buildTrace([row('root', '', 1), row('a', 'root', 2), row('aa', 'a', 3), row('b', 'root', 4)])
    expect(visibleSpans(trace, new Set(['a'])).map(({ spanID }) => spanID)).toEqual(['root', 'a', 'b'])
  })

  test('one is told from many', () => {
    expect([0, 1, 2].map((count) => counted(count, 'error'))).toEqual(['0 errors', '1 error', '2 errors'])
  })

  test('attributes come whose first, then the model call, then the rest', () => {
    const pairs = ['http.route', 'gen_ai.usage.input_tokens', 'deal_id', 'org_id'].map((key) => ({ key, value: 1 }))
    expect(groupAttributes(pairs).map(({ title, pairs: [first] }) => [title, first?.key])).toEqual([
      ['Whose', 'deal_id'],
      ['Model call', 'gen_ai.usage.input_tokens'],
      ['Attributes', 'http.route'],
    ])
  })

  test.each([
    [0.21, '210 µs'],
    [3.04, '3.0 ms'],
    [297.4, '297 ms'],
    [1234, '1.23 s'],
  ])('%s ms is written %s', (ms, text) => expect(formatMs(ms)).toBe(text))
})

describe('Tempo frames', () => {
  test("values lose OTLP's tags, and integers beyond 2^53 stay exact", () => {
    expect(plainValue({ stringValue: 'x' })).toBe('x')
    expect(plainValue({ intValue: '42' })).toBe(42)
    expect(plainValue({ intValue: '9007199254740993' })).toBe('9007199254740993')
    expect(plainValue({ arrayValue: { values: [{ boolValue: true }] } })).toEqual([true])
    expect(plainValue({ kvlistValue: { values: [{ key: 'k', value: { doubleValue: 0.5 } }] } })).toEqual({ k: 0.5 })
    expect(plainValue({})).toBeNull()
  })

  test('ids in base64 and in hex are the same ids', () => {
    const hex = '0123456789abcdef'
    expect(toHex(Buffer.from(hex, 'hex').toString('base64'))).toBe(hex)
    expect(toHex(hex.toUpperCase())).toBe(hex)
  })

  test('a span becomes a row with its times in milliseconds', () => {
    const span = {
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      name: 'chat',
      kind: 'SPAN_KIND_CLIENT',
      startTimeUnixNano: '1767225600123456789',
      endTimeUnixNano: '1767225600124456789',
      status: { code: 'STATUS_CODE_ERROR', message: 'no' },
    }
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'app' } }] }
    const { schema, data } = toTraceFrame('A', [{ resource, scopeSpans: [{ spans: [span] }] }])
    const cells = Object.fromEntries(schema.fields.map(({ name }, index) => [name, data.values[index]?.[0]]))
    expect(cells).toMatchObject({
      operationName: 'chat',
      serviceName: 'app',
      kind: 'client',
      statusCode: 2,
      statusMessage: 'no',
      parentSpanID: '',
      startTime: 1767225600123.456,
      duration: 1,
    })
  })

  test('the URL keeps a Grafana variable readable and everything else encoded', () => {
    const url = exploreTraceUrl('tempo', '${__value.raw}')
    expect(url).toContain('${__value.raw}')
    const panes = new URL(url.replace('${__value.raw}', 'abc'), 'http://x').searchParams.get('panes')
    expect(JSON.parse(panes ?? '').trace.queries[0]).toMatchObject({ query: 'abc', datasource: { uid: 'tempo' } })
  })
})

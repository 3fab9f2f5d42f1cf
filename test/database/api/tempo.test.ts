// Tempo's read API over the ledger: spans go in by OTLP through the real ledger and come back as Tempo gives them.
// Over 300 lines: every answer is compared whole, over the same few traces.
import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedOrganisations, startTestApi, type TestApi } from '../../support/api.ts'
import { startLedger, type TestLedger } from '../../support/ledger.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const READER = 'token-of-the-superadmin-reader'
const START = BigInt(Date.now() - 60_000) * 1_000_000n + 123_456_789n
const T1 = '0abc'.repeat(8)
const T2 = 'beef'.repeat(8)
const T3 = 'cafe'.repeat(8)

let database: TestDatabase
let ledger: TestLedger
let api: TestApi

const text = (key: string, value: string) => ({ key, value: { stringValue: value } })
const int = (key: string, value: number | string) => ({ key, value: { intValue: String(value) } })
const span = (traceId: string, spanId: string, name: string, more: object = {}) => ({
  traceId,
  spanId,
  name,
  kind: 3,
  startTimeUnixNano: String(START),
  endTimeUnixNano: String(START + 1_500_000_000n),
  attributes: [text('org_id', 'acme')],
  status: {},
  ...more,
})
const request = (service: string, spans: object[]) => ({
  resourceSpans: [
    {
      resource: { attributes: [text('service.name', service), text('host.name', 'h1')] },
      scopeSpans: [{ scope: { name: 'lib', version: '1.2' }, spans }],
    },
  ],
})
const ROOT = span(T1, '00000000000000a1', 'POST /chat', {
  kind: 2,
  attributes: [text('org_id', 'acme'), text('deal_id', 'falcon'), text('feature', 'chat')],
  status: { code: 1 },
})
const CALL = span(T1, '00000000000000a2', 'chat gpt', {
  parentSpanId: '00000000000000a1',
  startTimeUnixNano: String(START + 7n),
  endTimeUnixNano: String(START + 250_000_007n),
  attributes: [
    text('org_id', 'acme'),
    text('gen_ai.request.model', 'gpt-x'),
    int('gen_ai.usage.input_tokens', 120),
    int('big', '9007199254740993'),
    { key: 'temperature', value: { doubleValue: 0.5 } },
    { key: 'stream', value: { boolValue: true } },
    { key: 'stops', value: { arrayValue: { values: [{ stringValue: 'a' }, { intValue: '1' }] } } },
    text('quote', `it's "quoted" \\ ✓`),
  ],
  events: [{ name: 'first chunk', timeUnixNano: String(START + 9n), attributes: [int('bytes', 3)] }],
  links: [{ traceId: T2, spanId: '00000000000000b1', attributes: [] }],
  status: { code: 2, message: 'rate limited' },
})

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  ledger = await startLedger(database)
  for (const body of [
    request('demo', [ROOT, CALL]),
    request('worker', [
      span(T2, '00000000000000b1', 'embed', {
        kind: 1,
        attributes: [text('org_id', 'acme'), int('gen_ai.usage.input_tokens', 5)],
      }),
    ]),
    request('demo', [
      span(T3, '00000000000000c1', 'chat gpt', {
        attributes: [text('org_id', 'globex'), text('gen_ai.request.model', 'gpt-x')],
      }),
    ]),
  ]) {
    const answer = await ledger.post('/v1/traces', JSON.stringify(body))
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  }
  api = await startTestApi(database, { env: { API_READER_TOKEN: READER } })
})
afterAll(async () => {
  await api?.close()
  await ledger?.close()
  await database?.drop()
})

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')
const sorted = (list: { key: string }[]) => [...list].sort((a, b) => (a.key < b.key ? -1 : 1))
const get = (path: string, as = 'anna', headers = {}) => api.call('GET', path, { as, headers })

describe('a trace by id', () => {
  it('comes back with everything that went in', async () => {
    const { status, body } = await get(`/api/v2/traces/${T1}`)
    expect(status).toBe(200)
    const [ofResource, ...others] = body.trace.resourceSpans
    expect(others).toEqual([])
    expect(sorted(ofResource.resource.attributes)).toEqual([text('host.name', 'h1'), text('service.name', 'demo')])
    expect(ofResource.scopeSpans).toHaveLength(1)
    expect(ofResource.scopeSpans[0].scope).toEqual({ name: 'lib', version: '1.2' })
    const [root, call] = ofResource.scopeSpans[0].spans
    expect({ ...root, attributes: sorted(root.attributes) }).toEqual({
      traceId: base64(T1),
      spanId: base64('00000000000000a1'),
      name: 'POST /chat',
      kind: 'SPAN_KIND_SERVER',
      startTimeUnixNano: String(START),
      endTimeUnixNano: String(START + 1_500_000_000n),
      attributes: sorted(ROOT.attributes),
      events: [],
      links: [],
      status: { code: 'STATUS_CODE_OK' },
    })
    expect({ ...call, attributes: sorted(call.attributes) }).toEqual({
      traceId: base64(T1),
      spanId: base64('00000000000000a2'),
      parentSpanId: base64('00000000000000a1'),
      name: 'chat gpt',
      kind: 'SPAN_KIND_CLIENT',
      startTimeUnixNano: String(START + 7n),
      endTimeUnixNano: String(START + 250_000_007n),
      attributes: sorted(CALL.attributes),
      events: [{ name: 'first chunk', timeUnixNano: String(START + 9n), attributes: [int('bytes', 3)] }],
      links: [{ traceId: base64(T2), spanId: base64('00000000000000b1'), attributes: [] }],
      status: { code: 'STATUS_CODE_ERROR', message: 'rate limited' },
    })
  })

  it.each([
    ['/api/traces/', 'Trace', (message: { resourceSpans: unknown[] }) => message.resourceSpans],
    [
      '/api/v2/traces/',
      'TraceByIDResponse',
      (message: { trace: { resourceSpans: unknown[] } }) => message.trace.resourceSpans,
    ],
  ] as const)('comes as protobuf from %s when asked for', async (path, name, spansOf) => {
    const response = await fetch(`${api.url}${path}${T1}`, {
      headers: { accept: 'application/protobuf', authorization: `Bearer ${READER}` },
    })
    expect(response.headers.get('content-type')).toContain('application/protobuf')
    const schema = protobuf.parse(readFileSync('src/api/tempo/tempo.proto', 'utf8')).root.lookupType(`tempopb.${name}`)
    const decoded = schema.toObject(schema.decode(Buffer.from(await response.arrayBuffer())), {
      longs: String,
      bytes: String,
      enums: String,
    })
    const json = (await get(`/api/v2/traces/${T1}`)).body.trace.resourceSpans
    expect(JSON.parse(JSON.stringify(spansOf(decoded as never)), dropEmpty)).toEqual(
      JSON.parse(JSON.stringify(json), dropEmpty),
    )
  })
  const dropEmpty = (_: string, value: unknown) => (Array.isArray(value) && value.length === 0 ? undefined : value)

  it('in its first version has batches, and takes an id without its leading zeros', async () => {
    const { body } = await get(`/api/traces/${T1.replace(/^0+/, '')}`)
    expect(body.batches[0].scopeSpans[0].spans).toHaveLength(2)
  })

  it('of another organisation, or of nobody, is not found; the reader of all finds it', async () => {
    expect((await get(`/api/v2/traces/${T3}`)).status).toBe(404)
    expect((await get(`/api/v2/traces/${'12'.repeat(16)}`)).status).toBe(404)
    expect((await get(`/api/v2/traces/${T3}`, 'gina')).status).toBe(200)
    expect(
      (await api.call('GET', `/api/v2/traces/${T3}`, { headers: { authorization: `Bearer ${READER}` } })).status,
    ).toBe(200)
    expect((await api.call('GET', `/api/v2/traces/${T3}`)).status).toBe(401)
    expect((await get('/api/v2/traces/nonsense')).status).toBe(400)
  })
})

describe('a search', () => {
  const found = async (q: string, as = 'anna', more = '') => {
    const { status, body } = await get(`/api/search?q=${encodeURIComponent(q)}${more}`, as)
    if (status !== 200) throw new Error(`${status} ${body.message}`)
    return body.traces.map((trace: { traceID: string }) => trace.traceID).sort()
  }
  const both = [T1, T2].sort()

  it.each<[string, string[]]>([
    ['{}', both],
    ['{ }', both],
    ['{ name = "chat gpt" }', [T1]],
    ['{ name =~ "chat.*" }', [T1]],
    ['{ name =~ "hat" }', []],
    ['{ name !~ "chat.*|POST.*" }', [T2]],
    ['{ status = error }', [T1]],
    ['{ status != error && kind = internal }', [T2]],
    ['{ kind = server }', [T1]],
    ['{ statusMessage = "rate limited" }', [T1]],
    ['{ duration > 1s }', both],
    ['{ duration < 300ms }', [T1]],
    ['{ traceDuration > 1.2s && name = "chat gpt" }', [T1]],
    ['{ rootName = "POST /chat" && status = error }', [T1]],
    ['{ rootServiceName = "worker" }', [T2]],
    ['{ resource.service.name = "worker" }', [T2]],
    ['{ .service.name = "demo" }', [T1]],
    ['{ span.service.name = "demo" }', []],
    ['{ resource.host.name = "h1" }', both],
    ['{ span.deal_id = "falcon" }', [T1]],
    ['{ .deal_id != "falcon" }', []],
    ['{ .deal_id = nil }', both],
    ['{ .deal_id != nil }', [T1]],
    ['{ span.gen_ai.usage.input_tokens > 100 }', [T1]],
    ['{ span.gen_ai.usage.input_tokens <= 5 }', [T2]],
    ['{ span.gen_ai.request.model > 100 }', []],
    ['{ .temperature = 0.5 && .stream = true }', [T1]],
    ['{ span."gen_ai.request.model" = `gpt-x` }', [T1]],
    ['{ .quote = "it\'s \\"quoted\\" \\\\ ✓" }', [T1]],
    ['{ !(name = "embed") && resource.service.name = "worker" }', []],
    ['{ name = "embed" || name = "chat gpt" && status = ok }', [T2]],
    ['{ (name = "embed" || name = "chat gpt") && status = error }', [T1]],
    ['{ name = "POST /chat" } && { status = error }', [T1]],
    ['{ name = "POST /chat" } && { name = "embed" }', []],
    ['{ name = "POST /chat" } || { name = "embed" }', both],
    [`{ trace:id = "${T1}" }`, [T1]],
    ['{ span:parentID = "00000000000000a1" }', [T1]],
    ['{ instrumentation:name = "lib" && span:kind = internal }', [T2]],
    ['{ trace:rootService = "worker" }', [T2]],
    ['{} | count() > 1', [T1]],
    ['{} | count() = 1', [T2]],
    ['{ status = error } | count() > 1', []],
    ['{} | sum(span.gen_ai.usage.input_tokens) > 100', [T1]],
    ['{} | min(span.gen_ai.usage.input_tokens) < 10', [T2]],
    ['{} | avg(duration) < 1s', [T1]],
    ['{} | max(duration) > 1m30s', []],
    ['{} | select(span.deal_id) | count() > 1 with (most_recent=true)', [T1]],
    [`{ .deal_id = "x' or '1'='1" }`, []],
    [`{ ."x') or true --" = "1" }`, []],
  ])('%s', async (query, expected) => {
    expect(await found(query)).toEqual(expected)
  })

  it('answers in Tempo’s shape', async () => {
    const { body } = await get(`/api/search?q=${encodeURIComponent('{ status = error }')}`)
    const spanSet = {
      spans: [
        {
          spanID: '00000000000000a2',
          name: 'chat gpt',
          startTimeUnixNano: String(START + 7n),
          durationNanos: '250000000',
          attributes: [text('service.name', 'demo'), text('status', 'error')],
        },
      ],
      matched: 1,
    }
    expect(body.traces).toEqual([
      {
        traceID: T1,
        rootServiceName: 'demo',
        rootTraceName: 'POST /chat',
        startTimeUnixNano: String((START / 1000n) * 1000n),
        durationMs: 1500,
        spanSets: [spanSet],
        spanSet,
      },
    ])
  })

  it('shows what is selected and what is asked for, as it was written, and only where a span has it', async () => {
    const query =
      '{ span.gen_ai.usage.input_tokens > 0 } | select(name, kind, .big, .temperature, .stream, .stops, resource.host.name, .nowhere)'
    const { body } = await get(`/api/search?q=${encodeURIComponent(query)}`)
    const attributesOf = (id: string) =>
      sorted(body.traces.find(({ traceID }: { traceID: string }) => traceID === id).spanSet.spans[0].attributes)
    const host = text('host.name', 'h1')
    expect(attributesOf(T1)).toEqual(
      sorted([
        ...CALL.attributes.filter(({ key }) => ['big', 'temperature', 'stream', 'stops'].includes(key)),
        ...[int('gen_ai.usage.input_tokens', 120), host, text('kind', 'client'), text('service.name', 'demo')],
      ]),
    )
    expect(attributesOf(T2)).toEqual(
      sorted([int('gen_ai.usage.input_tokens', 5), host, text('kind', 'internal'), text('service.name', 'worker')]),
    )
  })

  it('shows the figures it filters by', async () => {
    const query = '{} | count() > 1 | avg(duration) > 1ms | sum(span.gen_ai.usage.input_tokens) > 0'
    const { body } = await get(`/api/search?q=${encodeURIComponent(query)}`)
    expect(body.traces.map((trace: { spanSet: { attributes: object[] } }) => trace.spanSet.attributes)).toEqual([
      [int('count()', 2), text('avg(duration)', '875ms'), int('sum(span.gen_ai.usage.input_tokens)', 120)],
    ])
  })

  it('sees the own organisation only', async () => {
    expect(await found('{}', 'gina')).toEqual([T3])
    expect(await found('{ .org_id = "acme" }', 'gina')).toEqual([])
  })

  it('keeps to range, limit and duration, and takes the older tags', async () => {
    const end = Math.floor(Date.now() / 1000) - 3600
    expect(await found('{}', 'anna', `&start=${end - 60}&end=${end}`)).toEqual([])
    expect(await found('{}', 'anna', '&limit=1')).toHaveLength(1)
    expect(await found('{}', 'anna', '&minDuration=2s')).toEqual([])
    expect((await get('/api/search?tags=service.name%3Dworker')).body.traces).toHaveLength(1)
  })

  it.each([
    ['{ status = error } | by(name)', /by\(\) is not answered here/],
    ['{ status = error } | rate()', /query_range/],
    ['{ status = error } | avg(name) > 2', /name is no number/],
    ['{} | avg(duration) > 2', /compared with a duration/],
    ['{} | max(span.big) > 2s', /max\(span\.big\) is no duration/],
    ['{ status = error } >> { name = "x" }', /near ">>/],
    ['{ name = }', /position 10/],
    ['{ name = "x"', /./],
    ['status = error', /./],
    ['{ shoeSize = 3 }', /unknown intrinsic shoeSize/],
    ['{ status = "error" }', /status \(one of/],
    ['{ duration > 5 }', /duration/],
    ['{ .a =~ 5 }', /compared/],
    ['{ name =~ "(" }', /regular expression/],
  ])('refuses %s and says why', async (query, message) => {
    const { status, body } = await get(`/api/search?q=${encodeURIComponent(query)}`)
    expect([status, body.code]).toEqual([400, 'bad_request'])
    expect(body.message).toMatch(message)
  })
})

describe('tags', () => {
  it('are named by scope', async () => {
    const { body } = await get('/api/v2/search/tags')
    const of = (name: string) => body.scopes.find((scope: { name: string }) => scope.name === name).tags
    expect(of('resource')).toEqual(['host.name', 'service.name'])
    expect(of('span')).toEqual(expect.arrayContaining(['deal_id', 'gen_ai.request.model', 'org_id', 'temperature']))
    expect(of('intrinsic')).toContain('duration')
    expect((await get('/api/search/tags')).body.tagNames).toContain('host.name')
  })

  it.each([
    ['span.gen_ai.request.model', [{ type: 'string', value: 'gpt-x' }]],
    ['span.deal_id', [{ type: 'string', value: 'falcon' }]],
    [
      'resource.service.name',
      [
        { type: 'string', value: 'demo' },
        { type: 'string', value: 'worker' },
      ],
    ],
    [
      'span.gen_ai.usage.input_tokens',
      [
        { type: 'int', value: '120' },
        { type: 'int', value: '5' },
      ],
    ],
    ['org_id', [{ type: 'string', value: 'acme' }]],
    [
      'status',
      [
        { type: 'keyword', value: 'error' },
        { type: 'keyword', value: 'ok' },
        { type: 'keyword', value: 'unset' },
      ],
    ],
    ["x') or true --", []],
  ])('%s has its values', async (tag, values) => {
    expect((await get(`/api/v2/search/tag/${encodeURIComponent(tag)}/values`)).body.tagValues).toEqual(values)
  })

  it.each([
    ['{ resource.service.name = "worker" }', ['5']],
    ['{ resource.service.name = "worker" && ', ['120', '5']],
  ])('have the values of the spans that %s means', async (query, values) => {
    const path = `/api/v2/search/tag/span.gen_ai.usage.input_tokens/values?q=${encodeURIComponent(query)}`
    expect((await get(path)).body.tagValues.map(({ value }: { value: string }) => value)).toEqual(values)
  })

  it('have plain values in the first version', async () => {
    expect((await get('/api/search/tag/service.name/values')).body.tagValues).toEqual(['demo', 'worker'])
  })
})

it('echo answers without credentials, for the data source’s health check', async () => {
  expect((await api.call('GET', '/api/echo')).text).toBe('echo')
})

// The conformance vectors: OTLP/HTTP as data. Rules: https://opentelemetry.io/docs/specs/otlp/#otlphttp
import { deflateSync, gzipSync } from 'node:zlib'
import { tracesJson, tracesProtobuf } from '../support/otlp/messages.ts'
import { body, FORMS, jsonBody, MIB, now, ok, PATH, post, refused, SIGNALS, span, TYPE } from './build.ts'
import { refusals } from './refusals.ts'
import type { Expectation, Form, Signal, Vector } from './vector.ts'

/** A valid JSON trace request whose one span, or whole message, is changed by hand. */
// biome-ignore lint/suspicious/noExplicitAny: the change may break the message's shape on purpose
function changedJson(change: (span: any, message: any) => void): Buffer {
  const message = tracesJson([span()])
  change(message.resourceSpans[0].scopeSpans[0].spans[0], message)
  return jsonBody(message)
}

const json = (name: string, content: Buffer, expect: Expectation, rule: Vector['rule'] = 'OTLP'): Vector =>
  post('traces', 'json', content, { name, expect, rule })
const proto = (name: string, content: Buffer, expect: Expectation, rule: Vector['rule'] = 'OTLP'): Vector =>
  post('traces', 'protobuf', content, { name, expect, rule })

/** What every signal and encoding has to do. */
function generic(signal: Signal, form: Form): Vector[] {
  const title = `${signal}, ${form}`
  const gzip = { 'content-encoding': 'gzip' }
  const empty = form === 'json' ? Buffer.from('{}') : Buffer.alloc(0)
  const malformed = form === 'json' ? Buffer.from('{"resourceSpans":[') : Buffer.from([0x0a, 0xff, 0x01, 0x02])
  const over = Buffer.alloc(21 * MIB, form === 'json' ? ' ' : 0)
  return [
    post(signal, form, body(signal, form), {
      name: `${title}: leaves partial_success unset on full success`,
      rule: 'Spanledger',
      expect: { ...ok(form), unset: true },
    }),
    post(signal, form, body(signal, form), { name: `${title}: accepts a request`, expect: ok(form) }),
    post(signal, form, gzipSync(body(signal, form)), {
      name: `${title}: accepts gzip`,
      headers: gzip,
      expect: ok(form),
    }),
    post(signal, form, empty, { name: `${title}: accepts an empty request`, expect: ok(form) }),
    post(signal, form, body(signal, form), {
      name: `${title}: ignores parameters of the content type`,
      headers: { 'content-type': `${TYPE[form]}; charset=utf-8` },
      expect: ok(form),
    }),
    post(signal, form, body(signal, form), {
      name: `${title}: accepts identity`,
      headers: { 'content-encoding': 'identity' },
      rule: 'Spanledger',
      expect: ok(form),
    }),
    post(signal, form, body(signal, form), {
      name: `${title}: accepts chunked`,
      chunked: true,
      rule: 'HTTP',
      expect: ok(form),
    }),
    post(signal, form, malformed, { name: `${title}: answers 400 to a malformed body`, expect: refused(form, 400) }),
    post(signal, form, body(signal, form), {
      name: `${title}: answers 400 when gzip is announced but not sent`,
      headers: gzip,
      expect: { status: [400] },
    }),
    post(signal, form, gzipSync(body(signal, form)).subarray(0, -10), {
      name: `${title}: answers 400 to truncated gzip`,
      headers: gzip,
      expect: { status: [400] },
    }),
    post(signal, form, over, {
      name: `${title}: answers 413 beyond 20 MiB`,
      rule: 'Spanledger',
      expect: refused(form, 413),
    }),
    post(signal, form, gzipSync(over), {
      name: `${title}: answers 413 beyond 20 MiB after decompression`,
      headers: gzip,
      rule: 'Spanledger',
      expect: refused(form, 413),
    }),
    post(signal, form, body(signal, form), {
      name: `${title}: answers 401 without a token`,
      token: 'none',
      rule: 'Spanledger',
      expect: { ...refused(form, 401), headers: ['www-authenticate'] },
    }),
    post(signal, form, body(signal, form), {
      name: `${title}: answers 401 to a wrong token`,
      token: 'wrong',
      rule: 'Spanledger',
      expect: { ...refused(form, 401), headers: ['www-authenticate'] },
    }),
  ]
}

/** What does not depend on the encoding. */
function http(signal: Signal): Vector[] {
  const path = PATH[signal]
  const method = (name: string): Vector => ({
    name: `${signal}: answers 405 to ${name}`,
    rule: 'HTTP',
    method: name,
    path,
    headers: {},
    expect: { status: [405], headers: ['allow'] },
  })
  const contentType = (type: string): Vector => ({
    ...post(signal, 'json', body(signal, 'json'), {
      name: `${signal}: answers 415 to ${type || 'no content type'}`,
      expect: { status: [415] },
    }),
    headers: type ? { 'content-type': type } : {},
  })
  return [
    ...['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD'].map(method),
    ...['text/plain', 'application/octet-stream', 'application/protobuf', ''].map(contentType),
    ...['br', 'deflate', 'zstd'].map((encoding) =>
      post(signal, 'protobuf', deflateSync(body(signal, 'protobuf')), {
        name: `${signal}: answers 415 to content encoding ${encoding}`,
        headers: { 'content-encoding': encoding },
        rule: 'Spanledger',
        expect: refused('protobuf', 415),
      }),
    ),
  ]
}

const unknownField = Buffer.concat([tracesProtobuf([span()]), Buffer.from([0xfa, 0x3e, 0x03, 1, 2, 3])])
const nested = (depth: number): string =>
  `${'{"arrayValue":{"values":['.repeat(depth)}{"intValue":1}${']}}'.repeat(depth)}`

const messages = (): Vector[] => [
  json(
    'accepts ids in upper case',
    changedJson((s) => Object.assign(s, { traceId: s.traceId.toUpperCase(), spanId: s.spanId.toUpperCase() })),
    ok('json'),
  ),
  json(
    'takes 64-bit integers as numbers',
    changedJson((s) => Object.assign(s, { startTimeUnixNano: Number(now()), endTimeUnixNano: Number(now()) })),
    ok('json'),
  ),
  json(
    'takes 64-bit integers as text',
    changedJson((s) => Object.assign(s, { startTimeUnixNano: String(now()) })),
    ok('json'),
  ),
  json(
    'takes intValue as a number',
    changedJson((s) => s.attributes.push({ key: 'n', value: { intValue: 42 } })),
    ok('json'),
  ),
  json(
    'takes intValue as text',
    changedJson((s) => s.attributes.push({ key: 'n', value: { intValue: '9223372036854775807' } })),
    ok('json'),
  ),
  json(
    'takes doubles, NaN and Infinity',
    changedJson((s) =>
      s.attributes.push(
        { key: 'a', value: { doubleValue: 1.5 } },
        { key: 'b', value: { doubleValue: 'NaN' } },
        { key: 'c', value: { doubleValue: '-Infinity' } },
      ),
    ),
    ok('json'),
  ),
  json(
    'takes bytes as base64',
    changedJson((s) => s.attributes.push({ key: 'b', value: { bytesValue: 'AAEC' } })),
    ok('json'),
  ),
  json(
    'ignores unknown fields',
    changedJson((s, m) => Object.assign(s, { someday: { x: [1] } }) && Object.assign(m, { future: true })),
    ok('json'),
  ),
  json(
    'takes null as absent',
    changedJson((s) => Object.assign(s, { events: null, status: null, name: null })),
    ok('json'),
  ),
  json(
    'takes an AnyValue without value',
    changedJson((s) => s.attributes.push({ key: 'none', value: {} })),
    ok('json'),
  ),
  json(
    'takes enums as numbers',
    changedJson((s) => Object.assign(s, { kind: 3, status: { code: 2 } })),
    ok('json'),
  ),
  json(
    'takes enum numbers nobody knows yet',
    changedJson((s) => Object.assign(s, { kind: 17 })),
    ok('json'),
  ),
  json(
    'answers 400 to enum names',
    changedJson((s) => Object.assign(s, { kind: 'SPAN_KIND_SERVER' })),
    refused('json', 400),
    'Spanledger',
  ),
  json(
    'answers 400 to a number where text belongs',
    changedJson((s) => Object.assign(s, { name: 5 })),
    refused('json', 400),
  ),
  json(
    'answers 400 to an object where a list belongs',
    changedJson((s) => Object.assign(s, { attributes: {} })),
    refused('json', 400),
  ),
  json(
    'answers 400 to a negative time',
    changedJson((s) => Object.assign(s, { startTimeUnixNano: '-1' })),
    refused('json', 400),
  ),
  json('answers 400 to a list as the message', Buffer.from('[]'), refused('json', 400)),
  json('answers 400 to an empty body', Buffer.alloc(0), refused('json', 400)),
  json('answers 400 to text that is no JSON', Buffer.from('resourceSpans'), refused('json', 400)),
  json(
    'keeps NUL and half a surrogate pair from losing the record',
    changedJson((s) => Object.assign(s, { name: 'a\0b\ud800c' })),
    ok('json'),
    'Spanledger',
  ),
  json(
    'keeps 100 levels of nesting from losing the record',
    changedJson((s) => s.attributes.push({ key: 'deep', value: JSON.parse(nested(100)) })),
    ok('json'),
    'Spanledger',
  ),
  json(
    'rejects a span with a trace id of zeros, alone',
    jsonBody(tracesJson([span(), span({ traceId: '0'.repeat(32) })])),
    ok('json', 1),
    'Spanledger',
  ),
  json(
    'rejects a span with a short span id, alone',
    jsonBody(tracesJson([span({ spanId: 'abcd' }), span()])),
    ok('json', 1),
    'Spanledger',
  ),
  json(
    'rejects a span from the last century, alone',
    jsonBody(tracesJson([span({ startTimeUnixNano: 1n }), span()])),
    ok('json', 1),
    'Spanledger',
  ),
  proto('ignores unknown fields of any type', unknownField, ok('protobuf')),
  proto(
    'rejects a span without ids, alone',
    tracesProtobuf([span(), span({ traceId: '', spanId: '' })]),
    ok('protobuf', 1),
    'Spanledger',
  ),
  proto(
    'rejects every span and still answers 200',
    tracesProtobuf([span({ traceId: '' }), span({ spanId: '' })]),
    ok('protobuf', 2),
    'Spanledger',
  ),
  proto('takes an end before the start', tracesProtobuf([span({ endTimeUnixNano: 5n })]), ok('protobuf')),
  proto(
    'takes NUL in attribute keys and values',
    tracesProtobuf([span({ attributes: { org_id: 'conformance', 'a\0': 'b\0' } })]),
    ok('protobuf'),
  ),
  proto('answers 400 to a length beyond the end', Buffer.from([0x0a, 0x7f]), refused('protobuf', 400)),
  proto('answers 400 to field number 0', Buffer.from([0x02, 0x00]), refused('protobuf', 400)),
  proto('answers 400 to wire type 7', Buffer.from([0x0f]), refused('protobuf', 400)),
  proto('answers 400 to an endless varint', Buffer.alloc(16, 0xff), refused('protobuf', 400)),
  proto('answers 400 to JSON sent as protobuf', Buffer.from('{"resourceSpans":[]}'), refused('protobuf', 400)),
  {
    name: 'answers 404 elsewhere',
    rule: 'HTTP',
    path: '/v1/nothing',
    headers: { 'content-type': TYPE.json },
    body: Buffer.from('{}'),
    expect: { status: [404] },
  },
  {
    ...proto('takes a query string', tracesProtobuf([span()]), ok('protobuf'), 'HTTP'),
    path: '/v1/traces?source=test',
  },
]

export const conformanceVectors = (): Vector[] => [
  ...SIGNALS.flatMap((signal) => FORMS.flatMap((form) => generic(signal, form))),
  ...SIGNALS.flatMap(http),
  ...messages(),
  ...refusals(),
]

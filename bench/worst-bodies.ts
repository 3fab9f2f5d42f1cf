// Bodies just under the limit that decode to the most memory: one per way in which a few bytes become an object.
// In: a size. Out: name and bytes, protobuf and JSON.
import { gzipSync } from 'node:zlib'

export interface WorstBody {
  name: string
  encoding: 'protobuf' | 'json'
  signal: 'traces' | 'logs'
  contentEncoding?: 'gzip'
  body: () => Buffer
}

const varint = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)])
const field = (number: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([...varint((number << 3) | 2), ...varint(content.length)]), content])

/** Just below the values of one record that are kept. */
const KEEPS = 4000
/** A span with ids and times, and what is repeated in it. */
function span(index: number, repeated: Buffer): Buffer {
  const ids = Buffer.alloc(24)
  ids.writeUInt32LE(index + 1, 0)
  ids.writeUInt32LE(index + 1, 16)
  const times = Buffer.alloc(8)
  times.writeBigUInt64LE(BigInt(Date.now()) * 1_000_000n)
  const head = [
    field(1, ids.subarray(0, 16)),
    field(2, ids.subarray(16)),
    Buffer.from([0x39]),
    times,
    Buffer.from([0x41]),
    times,
  ]
  return field(2, Buffer.concat([...head, repeated]))
}
const repeat = (unit: Buffer, times: number): Buffer => Buffer.concat(Array.from({ length: times }, () => unit))

function spansOf(size: number, repeated: Buffer): Buffer {
  const one = span(0, repeated).length
  const spans = Array.from({ length: Math.min(50_000, Math.floor((size - 32) / one)) }, (_, index) =>
    span(index, repeated),
  )
  return field(1, field(2, Buffer.concat(spans)))
}

const key = (text: string): Buffer => field(1, Buffer.from(text))
const keyValue = (name: string, value: Buffer): Buffer => Buffer.concat([key(name), field(2, value)])
/** AnyValue { array_value { values: [unit, unit, …] } } */
const arrayOf = (unit: Buffer, times: number): Buffer => field(5, repeat(field(1, unit), times))

const PROTOBUF: Record<string, (size: number) => Buffer> = {
  'as many small spans as are taken': (size) =>
    spansOf(size, field(9, keyValue('k', field(1, Buffer.alloc(280, 'x'))))),
  'empty events': (size) => spansOf(size, repeat(Buffer.from([0x5a, 0]), KEEPS)),
  'empty links': (size) => spansOf(size, repeat(Buffer.from([0x6a, 0]), KEEPS)),
  'attributes of two letters': (size) =>
    spansOf(
      size,
      Buffer.concat(
        Array.from({ length: KEEPS }, (_, n) => field(9, keyValue(n.toString(36), Buffer.from([0x18, 1])))),
      ),
    ),
  'arrays of empty maps': (size) => spansOf(size, field(9, keyValue('k', arrayOf(Buffer.from([0x32, 0]), KEEPS)))),
  'arrays of empty lists': (size) => spansOf(size, field(9, keyValue('k', arrayOf(Buffer.from([0x2a, 0]), KEEPS)))),
  'arrays of large integers': (size) =>
    spansOf(size, field(9, keyValue('k', arrayOf(Buffer.from([0x18, ...Array(9).fill(0xff), 1]), KEEPS)))),
  'arrays of short text': (size) => spansOf(size, field(9, keyValue('k', arrayOf(field(1, Buffer.from('ab')), KEEPS)))),
  'one value of text beyond Latin-1': (size) =>
    spansOf(size, field(9, keyValue('k', field(1, Buffer.concat([Buffer.from('€'), Buffer.alloc(size - 400, 'x')]))))),
  'one value of control characters': (size) =>
    spansOf(size, field(9, keyValue('k', field(1, Buffer.alloc(size - 400, 1))))),
  'values of control characters': (size) => spansOf(size, field(9, keyValue('k', field(1, Buffer.alloc(1000, 1))))),
  'values of quotes': (size) => spansOf(size, field(9, keyValue('k', field(1, Buffer.alloc(1000, '"'))))),
  'values with some quotes': (size) => spansOf(size, field(9, keyValue('k', field(1, Buffer.from('"xx'.repeat(333)))))),
  'events of control characters': (size) => spansOf(size, repeat(field(11, field(2, Buffer.alloc(1000, 1))), 15)),
  'one value of bytes': (size) => spansOf(size, field(9, keyValue('k', field(7, Buffer.alloc(size - 400, 'x'))))),
  'resources without spans': (size) => repeat(Buffer.from([0x0a, 0]), size / 2),
  'invalid text': (size) => spansOf(size, field(9, keyValue('k', field(1, Buffer.alloc(size - 400, 0xff))))),
}

const jsonSpan = (index: number, more: string): string =>
  `{"traceId":"${(index + 1).toString(16).padStart(32, '0')}","spanId":"${(index + 1).toString(16).padStart(16, '0')}","startTimeUnixNano":"${Date.now()}000000","endTimeUnixNano":"${Date.now()}000000",${more}}`

function jsonSpansOf(size: number, more: string): Buffer {
  const one = jsonSpan(0, more).length + 1
  const spans = Array.from({ length: Math.min(50_000, Math.floor((size - 100) / one)) }, (_, index) =>
    jsonSpan(index, more),
  )
  return Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${spans.join(',')}]}]}]}`)
}
const many = (unit: string, times: number): string => Array(times).fill(unit).join(',')

const JSON_BODIES: Record<string, (size: number) => Buffer> = {
  'as many small spans as are taken': (size) => jsonSpansOf(size, `"name":"${'x'.repeat(200)}"`),
  'empty events': (size) => jsonSpansOf(size, `"events":[${many('{}', KEEPS)}]`),
  'arrays of empty values': (size) =>
    jsonSpansOf(size, `"attributes":[{"key":"k","value":{"arrayValue":{"values":[${many('{}', KEEPS)}]}}}]`),
  'attributes of two letters': (size) =>
    jsonSpansOf(size, `"attributes":[${many('{"key":"k","value":{"intValue":1}}', KEEPS)}]`),
  'unknown lists of numbers': (size) => Buffer.from(`{"unknown":[${many('1.5', Math.floor((size - 20) / 4))}]}`),
  'unknown empty lists, just below the bound': (size) =>
    Buffer.from(`{"unknown":[${many('[]', Math.min(1_499_990, Math.floor((size - 20) / 3)))}]}`),
  'unknown nested lists': (size) => Buffer.from(`{"unknown":${'['.repeat(size / 2 - 20)}${']'.repeat(size / 2 - 20)}}`),
  'one value of text beyond Latin-1': (size) =>
    jsonSpansOf(size, `"attributes":[{"key":"k","value":{"stringValue":"€${'x'.repeat(size - 500)}"}}]`),
  'distinct unknown keys': (size) =>
    Buffer.from(
      `{${Array.from({ length: Math.floor(size / 12) }, (_, n) => `"${n.toString(36).padStart(6, '0')}":1`).join(',')}}`,
    ),
  'no JSON at all': (size) => Buffer.alloc(size, '['),
}

const logs = (size: number): Buffer => {
  const one = field(2, Buffer.from([0x09, 1, 0, 0, 0, 0, 0, 0, 0x18]))
  return field(1, field(2, repeat(one, Math.floor((size - 40) / one.length))))
}

/** @param size bytes a body may have after decompression. */
export function worstBodies(size: number): WorstBody[] {
  const of = (bodies: Record<string, (bytes: number) => Buffer>, encoding: 'protobuf' | 'json'): WorstBody[] =>
    Object.entries(bodies).map(([name, body]) => ({ name, encoding, signal: 'traces', body: () => body(size) }))
  const events = PROTOBUF['empty events'] as (bytes: number) => Buffer
  return [
    ...of(PROTOBUF, 'protobuf'),
    ...of(JSON_BODIES, 'json'),
    { name: 'small log records', encoding: 'protobuf', signal: 'logs', body: () => logs(size) },
    {
      name: 'gzip of empty events',
      encoding: 'protobuf',
      signal: 'traces',
      contentEncoding: 'gzip',
      body: () => gzipSync(events(size)),
    },
    {
      name: 'gzip of 1 GiB of zeros',
      encoding: 'protobuf',
      signal: 'traces',
      contentEncoding: 'gzip',
      body: () => gzipSync(Buffer.alloc(2 ** 30)),
    },
  ]
}

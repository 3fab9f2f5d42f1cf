// The vectors of refusals that say why: every answer of 4xx and 5xx is a google.rpc.Status in the request's encoding, JSON
// where there is none, and one that can pass says when to come again. Other endpoints do less (the Collector answers
// some in plain text), so these are rules of ours; what OTLP asks of the same requests is in vectors.ts.
import { gzipSync } from 'node:zlib'
import { body, FORMS, MIB, PATH, post, refused, SIGNALS, TYPE } from './build.ts'
import type { Expectation, Form, Signal, Vector } from './vector.ts'

const RULE = 'Spanledger'
const GZIP = { 'content-encoding': 'gzip' }

/** More at once than fits into memory, each of them small on the wire and without a record. */
const BURST = 32
function swollen(form: Form): Buffer {
  const size = 18 * MIB
  if (form === 'json') return gzipSync(`{"unknown":"${'x'.repeat(size)}"}`)
  // An unknown field of so many bytes: its length is a varint of four.
  const length = [0, 7, 14, 21].map((shift) => ((size >> shift) & 0x7f) | (shift < 21 ? 0x80 : 0))
  return gzipSync(Buffer.concat([Buffer.from([0xfa, 0x3e, ...length]), Buffer.alloc(size)]))
}

function bodies(signal: Signal, form: Form): Vector[] {
  const title = `${signal}, ${form}`
  const says = (name: string, content: Buffer, status: number, more: Partial<Vector> = {}): Vector =>
    post(signal, form, content, {
      name: `${title}: says why ${name}`,
      rule: RULE,
      headers: GZIP,
      expect: refused(form, status),
      ...more,
    })
  return [
    says('it refuses gzip that is none', body(signal, form), 400),
    says('it refuses truncated gzip', gzipSync(body(signal, form)).subarray(0, -10), 400),
    ...['PUT', 'DELETE'].map((method) =>
      says(`it refuses ${method}`, body(signal, form), 405, {
        method,
        headers: {},
        expect: { ...refused(form, 405), headers: ['allow'] },
      }),
    ),
    says(`it refuses some of ${BURST} at once, and when to come again`, swollen(form), 503, {
      burst: BURST,
      expect: { ...refused(form, 503), headers: ['retry-after'] },
    }),
  ]
}

function withoutEncoding(signal: Signal): Vector[] {
  const expect: Expectation = { ...refused('json', 405), headers: ['allow'] }
  return [
    {
      name: `${signal}: says why it refuses GET, in JSON`,
      rule: RULE,
      method: 'GET',
      path: PATH[signal],
      headers: {},
      expect,
    },
    ...['text/plain', 'application/protobuf', ''].map(
      (type): Vector => ({
        ...post(signal, 'json', body(signal, 'json'), {
          name: `${signal}: says why it refuses ${type || 'no content type'}, in JSON`,
          rule: RULE,
          expect: refused('json', 415),
        }),
        headers: type ? { 'content-type': type } : {},
      }),
    ),
  ]
}

const elsewhere = (form: Form, path: string): Vector => ({
  name: `${form}: says that nothing is at ${path}`,
  rule: RULE,
  path,
  headers: { 'content-type': TYPE[form] },
  body: body('traces', form),
  expect: refused(form, 404),
})

export const refusals = (): Vector[] => [
  ...SIGNALS.flatMap((signal) => FORMS.flatMap((form) => bodies(signal, form))),
  ...SIGNALS.flatMap(withoutEncoding),
  ...FORMS.flatMap((form) => ['/v1/metrics', '/v1/traces/'].map((path) => elsewhere(form, path))),
]

// A JSON body that is taken apart reads as one that is parsed as a whole.
import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../src/ledger/decode/decoder.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const span = (name: string): object => ({
  traceId: TRACE,
  spanId: '00f067aa0ba902b7',
  name,
  startTimeUnixNano: '1700000000000000000',
  endTimeUnixNano: '1700000000000000001',
})
const attributes = (org: string): object => ({ attributes: [{ key: 'org', value: { stringValue: org } }] })
const decode = (body: string | object) =>
  createDecoder().traces(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), 'json')
const seen = (body: string | object): unknown => {
  const outcome = decode(body)
  if (outcome.kind !== 'decoded') return outcome.kind
  return outcome.decoded.items.map(({ name, scopeName, resource }) => `${name} ${scopeName} ${resource.org ?? '-'}`)
}

describe('a JSON body', () => {
  it('may name its resource and scope after what they describe', () => {
    const scopeSpans = [{ spans: [span('a'), span('b')], scope: { name: 's' } }]
    expect(seen({ resourceSpans: [{ scopeSpans, resource: attributes('x') }] })).toEqual(['a s x', 'b s x'])
  })

  it('counts the last of two equal fields, as JSON.parse does', () => {
    const list = (name: string) => `[{"scopeSpans":[{"spans":[${JSON.stringify(span(name))}]}]}]`
    expect(seen(`{"resourceSpans":${list('a')},"resourceSpans":${list('b')}}`)).toEqual(['b  -'])
    expect(seen(`{"resourceSpans":${list('a')},"resourceSpans":null}`)).toEqual([])
    expect(seen(`{"resourceSpans":[{"scopeSpans":[{"spans":[],"spans":[${JSON.stringify(span('c'))}]}]}]}`)).toEqual([
      'c  -',
    ])
  })

  it('may write its field names with escapes', () => {
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span('a')] }] }] })
    expect(seen(body.replace('resourceSpans', '\\u0072esourceSpans'))).toEqual(['a  -'])
  })

  it('may lack or null any part', () => {
    for (const body of [
      {},
      { resourceSpans: null },
      { resourceSpans: [{}] },
      { resourceSpans: [{ resource: null, scopeSpans: [{ scope: null, spans: null }] }] },
    ])
      expect(seen(body)).toEqual([])
  })

  it.each([
    ['null'],
    ['[]'],
    ['{"resourceSpans":{}}'],
    ['{"resourceSpans":[null]}'],
    ['{"resourceSpans":[{"resource":[]}]}'],
    ['{"resourceSpans":[{"scopeSpans":[1]}]}'],
    ['{"resourceSpans":[{"scopeSpans":[{"spans":[null]}]}]}'],
    ['{"resourceSpans":[{"scopeSpans":[{"scope":"s"}]}]}'],
    ['{"resourceSpans":[]} x'],
    ['{"resourceSpans":[],"unknown":[1,}'],
  ])('is malformed: %s', (body) => {
    expect(seen(body)).toBe('malformed')
  })
})

// What people do to a GenAI app: every case ends with a message they can act on, right telemetry, and never a stack.
// Over 300 lines: all cases share one running app.
import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DemoDeal, jsonOf, type RunningDemo, startDemo } from '../support/demo.ts'
import { pollUntil } from '../support/poll.ts'

let demo: RunningDemo
let stateDir: string

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'spanledger-demo-'))
  demo = await startDemo({ DEMO_STATE_DIR: stateDir, DEMO_MAX_UPLOAD_BYTES: '200000', DEMO_CHAT_TIMEOUT_MS: '4000' })
}, 60_000)

afterAll(async () => {
  await demo?.close()
  await rm(stateDir, { recursive: true, force: true })
})

const traceOf = (response: Response) => response.headers.get('x-trace-id') ?? ''

const upload = (deal: DemoDeal, name: string, body: string | Uint8Array<ArrayBuffer>, type = 'text/plain') =>
  demo.call(deal, `/api/documents?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { 'Content-Type': type },
    body,
  })

const featureOf = async (response: Response, name: string) => {
  const isFeature = (span: { name: string }) => span.name === `feature ${name}`
  const spans = await demo.spansOf(traceOf(response), (found) => found.some(isFeature))
  return { spans, feature: spans.find(isFeature)?.attributes ?? {} }
}

describe('uploads', () => {
  it('are parsed, chunked, embedded and put to the graph, each stage a span and a figure', async () => {
    const text = '# Lease\n\nNordbau owns Hall Seven. The rent is 12 thousand euros a month until 30 June 2031.'
    const response = await upload('heron', 'lease.md', text, 'text/markdown')
    expect(response.status).toBe(201)
    expect(await jsonOf(response)).toMatchObject({
      document: { name: 'lease.md', media_type: 'text/markdown', passages: 1 },
      duplicate: false,
      degraded: [{ part: 'graph' }],
    })
    const { spans, feature } = await featureOf(response, 'document_upload')
    expect(spans.map((span) => span.name)).toEqual(
      expect.arrayContaining([
        'stage receive',
        'stage parse',
        'stage chunk',
        'stage embed',
        'stage graph',
        'embeddings voyage-3.5',
      ]),
    )
    const metadata = JSON.parse(String(feature['spanledger.feature.metadata']))
    expect(Object.keys(metadata.stage_ms)).toEqual(
      expect.arrayContaining(['receive', 'parse', 'chunk', 'embed', 'graph']),
    )
    expect(metadata).toMatchObject({ file_bytes: Buffer.byteLength(text), passages: 1 })
    const answer = await demo.post('heron', '/api/chat', { message: 'How high is the rent in thousand euros a month?' })
    expect((await jsonOf(answer)).answer).toContain('12 thousand euros')
  })

  const zip = Uint8Array.from([0x50, 0x4b, 3, 4, 20, 0, 1, 0, 8, 0])
  const ole = Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0])
  const bytes = (text: string) => new TextEncoder().encode(text)

  it.each([
    ['an empty file', 'empty.txt', bytes(''), 'text/plain', 422, /empty\.txt is empty \(0 bytes\)/],
    ['a huge file', 'huge.txt', bytes('a'.repeat(200_001)), 'text/plain', 413, /larger than 0\.2 MB\. Split it/],
    ['a file without text', 'blank.txt', bytes(' \n\t … !? \n'), 'text/plain', 422, /no readable text/],
    ['a file with a zero byte', 'binary.txt', bytes('a\0b'), 'text/plain', 422, /binary data/],
    ['a file that is no UTF-8', 'latin.txt', Uint8Array.from([0x63, 0xe9, 0x20]), 'text/plain', 422, /not UTF-8/],
    ['an encrypted archive', 'secret.zip', zip, 'application/zip', 422, /archive is encrypted/],
    ['a protected Office file', 'plan.docx', ole, 'application/octet-stream', 422, /password-protected Office/],
    ['an encrypted PDF', 'a.pdf', bytes('%PDF-1.7\n/Encrypt 5 0 R'), 'application/pdf', 422, /protected by a password/],
    ['a PDF', 'b.pdf', bytes('%PDF-1.7\n'), 'application/pdf', 415, /PDF is not supported/],
    ['a PGP message', 'm.txt', bytes('-----BEGIN PGP MESSAGE-----'), 'text/plain', 422, /encrypted with PGP/],
    ['a picture', 'a.png', Uint8Array.from([0x89, 0x50, 0x4e, 0x47]), 'image/png', 415, /image\/png are not supported/],
    ['an unclosed quote', 'a.csv', bytes('a,b\n1,"2\n3,4'), 'text/csv', 422, /line 2 has a quote that is never closed/],
    [
      'uneven columns',
      'b.csv',
      bytes('a,b\n1,2\n3'),
      'text/csv',
      422,
      /line 3 has 1 columns where the first row has 2/,
    ],
    ['a header alone', 'c.csv', bytes('a,b\n'), 'text/csv', 422, /no row below its header/],
  ])('of %s are refused with what to do', async (_case, name, body, type, status, message) => {
    const response = await upload('heron', name, body, type)
    const text = await response.text()
    expect(response.status).toBe(status)
    expect(JSON.parse(text).error.message).toMatch(message)
    expect(text).not.toMatch(/ at .*\.[jt]s:\d+/)
    const { feature } = await featureOf(response, 'document_upload')
    expect(feature).toMatchObject({ org_id: 'acme', deal_id: 'heron', 'spanledger.feature.status': 'error' })
  })

  it('in another language are found in that language', async () => {
    await upload('heron', 'vertrag.txt', 'Die Kündigungsfrist beträgt neun Monate zum Jahresende.')
    const answer = await demo.post('heron', '/api/chat', { message: 'Wie lang ist die Kündigungsfrist?' })
    expect((await jsonOf(answer)).answer).toContain('neun Monate')
  })

  it('keep names with special characters, and refuse paths', async () => {
    const name = "Bilanz 2025 – Größe (é, 漢字, 🙂) & Söhne's #1.txt"
    const response = await upload('heron', name, 'The balance sheet total is 88 million euros.')
    expect(response.status).toBe(201)
    expect((await jsonOf(response)).document.name).toBe(name)
    const listed = await jsonOf(await demo.call('heron', '/api/documents'))
    expect(listed.documents.map((document: { name: string }) => document.name)).toContain(name)
    const refused = await upload('heron', '../../etc/passwd', 'x')
    expect([refused.status, (await jsonOf(refused)).error.message]).toEqual([
      400,
      expect.stringMatching(/^The request is not valid\. name:/),
    ])
  })

  it('at the same time all arrive; the same one twice is there once', async () => {
    const texts = Array.from({ length: 12 }, (_, index) => `Certificate number ${1000 + index} is valid.`)
    const answers = await Promise.all(texts.map((text, index) => upload('atlas', `certificate-${index}.txt`, text)))
    expect(answers.map((answer) => answer.status)).toEqual(texts.map(() => 201))
    const again = await upload('atlas', 'certificate-3.txt', texts[3] ?? '')
    expect([again.status, (await jsonOf(again)).duplicate]).toEqual([200, true])
    const listed = await jsonOf(await demo.call('atlas', '/api/documents'))
    const names = listed.documents.map((document: { name: string }) => document.name)
    expect(names.filter((name: string) => name.startsWith('certificate-'))).toHaveLength(12)
  })

  it('that break off leave nothing behind and are told apart from errors of ours', async () => {
    const before = demo.spans().length
    await new Promise<void>((resolve) => {
      const sending = httpRequest(`${demo.url}/api/documents?name=cut.txt`, {
        method: 'POST',
        headers: {
          Authorization: 'Bearer key-of-acme-heron',
          'Content-Type': 'text/plain',
          'Content-Length': '5000',
          Expect: '100-continue',
        },
      })
      sending.on('error', () => resolve())
      // The app asks for the body once it has the request.
      sending.on('continue', () => sending.write('half of it', () => sending.destroy()))
      sending.flushHeaders()
    })
    await pollUntil('the span of the upload that broke off', () => {
      const spans = demo
        .spans()
        .slice(before)
        .filter((span) => span.name === 'feature document_upload')
      expect(spans.map((span) => span.attributes['spanledger.feature.status'])).toContain('error')
    })
    const listed = await jsonOf(await demo.call('heron', '/api/documents'))
    expect(JSON.stringify(listed)).not.toContain('cut.txt')
  })
})

describe('questions', () => {
  it.each([
    ['too long', { message: 'x'.repeat(8_001) }, /longer than 8000 characters; upload it as a document/],
    ['empty', { message: '  ' }, /message: is empty/],
    ['no text', { message: 5 }, /has to be text/],
    ['missing', {}, /message: is required/],
  ])('that are %s are refused by name', async (_case, body, message) => {
    const response = await demo.post('falcon', '/api/chat', body)
    expect([response.status, (await jsonOf(response)).error.message]).toEqual([400, expect.stringMatching(message)])
  })

  it('in a broken body are 400', async () => {
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"message":' }
    const response = await demo.call('falcon', '/api/chat', init)
    expect([response.status, (await jsonOf(response)).error.code]).toEqual([400, 'bad_request'])
  })

  it('of a deal without documents get an answer that says so', async () => {
    const created = await jsonOf(await demo.post('falcon', '/api/deals', { name: 'Café Müller & Söhne' }))
    expect(created).toMatchObject({
      org_id: 'acme',
      deal_id: 'cafe-muller-sohne',
      api_key: expect.stringMatching(/^sl_/),
    })
    const response = await fetch(`${demo.url}/api/chat`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${created.api_key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ message: 'How much revenue?' }),
    })
    expect(await jsonOf(response)).toMatchObject({
      answer: 'The documents at hand do not answer this question.',
      sources: [],
    })
    const { feature } = await featureOf(response, 'chat')
    expect(feature).toMatchObject({ org_id: 'acme', deal_id: 'cafe-muller-sohne' })
    const again = await demo.post('falcon', '/api/deals', { name: 'Café Müller & Söhne' })
    expect([again.status, (await jsonOf(again)).error.code]).toEqual([409, 'conflict'])
  })

  it('sixty in one conversation stay within the prompt', async () => {
    let last: { usage: { input_tokens: number } } | undefined
    for (let turn = 0; turn < 60; turn += 1) {
      const response = await demo.post('falcon', '/api/chat', {
        message: `Question ${turn}: what about revenue?`,
        conversation_id: 'long',
      })
      expect(response.status).toBe(200)
      last = await jsonOf(response)
    }
    expect(last?.usage.input_tokens).toBeLessThan(2_500)
  })

  it('that take too long are given up with a message and status timeout', async () => {
    const response = await demo.post(
      'falcon',
      '/api/chat',
      { message: 'revenue' },
      { 'X-Model-Behaviour': 'first_token_ms=60000' },
    )
    expect([response.status, (await jsonOf(response)).error]).toEqual([
      503,
      expect.objectContaining({
        message: expect.stringMatching(/took too long/),
        details: { reason: 'model_timeout' },
      }),
    ])
    const { feature } = await featureOf(response, 'chat')
    expect(feature['spanledger.feature.status']).toBe('timeout')
  })

  it('whose caller leaves cancel the model call', async () => {
    await demo.order({ model: 'gemini-2.5-flash', times: 1, behaviour: { first_token_ms: 3_000, reply: 'never read' } })
    const leaving = new AbortController()
    const asking = demo.call('falcon', '/api/chat', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ message: 'revenue', conversation_id: 'left' }),
      signal: leaving.signal,
    })
    const asked = pollUntil(
      'the model to be asked',
      async () => {
        const { rules } = await jsonOf(await fetch(`${demo.modelUrl}/control`))
        expect(rules.at(-1).applied).toBe(1)
      },
      { everyMs: 20 },
    )
    await Promise.all([expect(asking).rejects.toThrow(), asked.then(() => leaving.abort())])
    await pollUntil('the model server to notice', async () => {
      const { calls } = await jsonOf(await fetch(`${demo.modelUrl}/control/calls`))
      expect(calls.at(-1).outcome).toBe('abandoned')
    })
  })
})

describe('a correction', () => {
  it('is remembered in later answers of the same deal, not in another’s', async () => {
    const told = await demo.post('falcon', '/api/chat', {
      message: 'Correction: The headcount of Falcon Robotics is 260 people.',
    })
    expect((await jsonOf(told)).remembered).toEqual(expect.any(String))
    const ask = async (deal: DemoDeal) =>
      (await jsonOf(await demo.post(deal, '/api/chat', { message: 'What is the headcount of Falcon Robotics?' })))
        .answer as string
    expect(await ask('falcon')).toContain('260 people')
    expect(await ask('heron')).not.toContain('260 people')
  })
})

describe('search', () => {
  it('finds passages, corrections and what it could not search', async () => {
    const found = await jsonOf(await demo.call('falcon', '/api/search?q=headcount%20court%20damages'))
    expect(found.passages[0]).toMatchObject({ document: 'supply-and-risks.md' })
    expect(found.degraded).toEqual([{ part: 'graph', message: expect.stringContaining('unavailable') }])
  })

  it('with a query too long is 400', async () => {
    const response = await demo.call('falcon', `/api/search?q=${'x'.repeat(1_001)}`)
    expect([response.status, (await jsonOf(response)).error.message]).toEqual([
      400,
      expect.stringMatching(/use fewer words/),
    ])
  })

  it('falls back to words when embeddings fail, and says so', async () => {
    await demo.order({ model: 'voyage-3.5', times: 3, behaviour: { status: 500 } })
    const response = await demo.call('falcon', '/api/search?q=pending%20court%20case')
    expect((await jsonOf(response)).degraded.map((item: { part: string }) => item.part).sort()).toEqual([
      'embeddings',
      'graph',
    ])
    const { feature } = await featureOf(response, 'search')
    expect(feature['spanledger.feature.status']).toBe('degraded')
  })
})

it('analyses a document: figures, dates, a summary', async () => {
  const response = await demo.post('falcon', '/api/documents/sample-customer-contracts.md/analysis', {})
  expect(await jsonOf(response)).toMatchObject({
    figures: expect.arrayContaining(['58 percent']),
    dates: ['31 December 2026'],
    summary: expect.any(String),
  })
  const missing = await demo.post('falcon', '/api/documents/nope/analysis', {})
  expect([missing.status, (await jsonOf(missing)).error.message]).toEqual([404, 'This deal has no document "nope".'])
})

it('answers about one document only when asked so', async () => {
  const response = await demo.post('falcon', '/api/qa', {
    question: 'What is said about Falcon Robotics?',
    document_id: 'sample-supply-and-risks.md',
  })
  const { sources } = await jsonOf(response)
  expect(new Set(sources.map((source: { document: string }) => source.document))).toEqual(
    new Set(['supply-and-risks.md']),
  )
})

it('remembers documents, corrections and deals across a restart', async () => {
  const second = await startDemo({ DEMO_STATE_DIR: stateDir })
  try {
    const answer = await jsonOf(
      await second.post('heron', '/api/chat', { message: 'How high is the rent in thousand euros a month?' }),
    )
    expect(answer.answer).toContain('12 thousand euros')
    const { corrections } = await jsonOf(await second.call('falcon', '/api/corrections'))
    expect(corrections.map((item: { text: string }) => item.text)).toEqual([expect.stringContaining('260 people')])
    const taken = await second.post('falcon', '/api/deals', { name: 'Café Müller & Söhne' })
    expect(taken.status).toBe(409)
  } finally {
    await second.close()
  }
})

it('slows a deal down with 429 and Retry-After, not the others', async () => {
  const slow = await startDemo({ DEMO_REQUESTS_PER_SECOND: '2' })
  try {
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => slow.post('falcon', '/api/chat', { message: 'revenue' })),
    )
    // A burst of four, and two more for each second that an app that has just begun takes over so many.
    const refused = answers.filter((answer) => answer.status === 429)
    expect(refused.length).toBeGreaterThanOrEqual(5)
    expect(refused[0]?.headers.get('retry-after')).toBe('1')
    expect((await slow.post('atlas', '/api/chat', { message: 'revenue' })).status).toBe(200)
  } finally {
    await slow.close()
  }
})

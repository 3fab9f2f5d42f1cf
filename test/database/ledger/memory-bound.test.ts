// Bodies that are small on the wire, of no declared length, or many times their size once decoded, all at once, while
// a lock keeps everything from being booked: what is held stays within its bound and one request more, the rest is
// refused so that it comes again, and one alone is taken whatever its size.
import { randomBytes } from 'node:crypto'
import { type ClientRequest, request } from 'node:http'
import { gzipSync } from 'node:zlib'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { type WorstBody, worstBodies } from '../../../bench/worst-bodies.ts'
import { createDecoder } from '../../../src/ledger/decode/decoder.ts'
import { startLedger } from '../../support/ledger.ts'
import { useLedgerProcess } from '../../support/ledger-process.ts'
import { tracesProtobuf } from '../../support/otlp/messages.ts'
import { pollUntil } from '../../support/poll.ts'

const MIB = 1024 * 1024
const MAX_IN_FLIGHT_BYTES = 64 * MIB
/** What the one request that may exceed the bound holds: a body, and what it is decoded to at most. */
const ONE_REQUEST_BYTES = (20 + 48) * MIB
/** The process, what is held, the rows made of it, and what V8 has not collected yet. */
const MAX_RESIDENT_BYTES = 768 * MIB
const TIMEOUT_MS = 120_000

interface Answer {
  status: number
  retryAfter: string | undefined
}

const own = useLedgerProcess('memory')

type Headers = Record<string, string | number>

/** An open request whose body the caller writes; of no declared length unless `headers` say so. */
function open(headers: Headers, toPort = own.port): { outgoing: ClientRequest; answer: Promise<Answer> } {
  const outgoing = request({
    ...{ host: '127.0.0.1', port: toPort, path: '/v1/traces', method: 'POST', agent: false },
    headers: { 'content-type': 'application/x-protobuf', authorization: `Bearer ${own.token}`, ...headers },
  })
  outgoing.flushHeaders()
  const answer = new Promise<Answer>((resolve, reject) => {
    outgoing.once('response', (response) => {
      response.resume()
      response.once('end', () =>
        resolve({ status: response.statusCode as number, retryAfter: response.headers['retry-after'] }),
      )
    })
    // A refused body may be cut off after its answer.
    outgoing.on('error', reject)
  })
  return { outgoing, answer }
}

function send(body: Buffer, headers: Headers, toPort = own.port): Promise<Answer> {
  const { outgoing, answer } = open(headers, toPort)
  outgoing.end(body)
  return answer
}

const gauge = async (name: string): Promise<number> => {
  const text = await (await fetch(`http://127.0.0.1:${own.port}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1])
}

/** One span with one long text, of which gzip leaves a thousandth. */
const oneText = (text: string): Buffer =>
  tracesProtobuf([
    {
      traceId: randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      startTimeUnixNano: BigInt(Date.now()) * 1_000_000n,
      attributes: { org_id: 'acme', text },
    },
  ])
const largeText = (): Buffer => oneText('x'.repeat(18 * MIB))
/** JSON writes each of its characters with six. */
const controlText = (): Buffer => oneText('\x01'.repeat(7 * MIB))
/** Spans of as many attributes as are kept, each of a few bytes. */
function amplifying(): Buffer {
  const { body } = worstBodies((3 * MIB) / 4).find(
    ({ name, encoding }) => name === 'attributes of two letters' && encoding === 'protobuf',
  ) as WorstBody
  return body()
}

const spansIn = (body: Buffer): number => {
  const outcome = createDecoder().traces(body, 'protobuf')
  return outcome.kind === 'decoded' ? outcome.decoded.items.length : 0
}

/** Nothing is booked until the release; safe to release twice. */
async function locked(): Promise<{ release: () => Promise<void> }> {
  const client = new pg.Client(own.database.ownerUrl)
  await client.connect()
  await client.query('begin; lock table trace_spans in access exclusive mode')
  let ended: Promise<void> | undefined
  return {
    release: () => {
      ended ??= client.end()
      return ended
    },
  }
}

const declared = (body: Buffer, toPort = own.port) => send(body, { 'content-length': body.length }, toPort)
const gzipped = (body: Buffer, toPort = own.port) =>
  send(body, { 'content-length': body.length, 'content-encoding': 'gzip' }, toPort)
const chunked = (body: Buffer, toPort = own.port) => send(body, {}, toPort)

describe.each([
  { name: 'compressed bodies', requests: 60, body: largeText, post: gzipped },
  { name: 'bodies of undeclared length', requests: 24, body: largeText, post: chunked },
  { name: 'compressed bodies of control characters', requests: 40, body: controlText, post: gzipped },
  {
    name: 'bodies that decode to many times their size',
    requests: 40,
    body: amplifying,
    post: declared,
  },
])('$name', ({ requests, body, post }) => {
  it(
    'are held within the bound and one request more, the rest is refused with 503 and Retry-After',
    async () => {
      const plain = body()
      const bytes = post === gzipped ? gzipSync(plain) : plain
      const spans = spansIn(plain)
      const answers: Answer[] = []
      let peakBytes = 0
      let peakHeldBytes = 0
      const lock = await locked()
      const sampling = setInterval(async () => {
        peakBytes = Math.max(peakBytes, await own.ledger.residentBytes())
      }, 25)
      try {
        const sent = Promise.all(Array.from({ length: requests }, async () => answers.push(await post(bytes))))
        await pollUntil(
          'every request is refused or waits for the lock',
          async () => {
            peakHeldBytes = Math.max(peakHeldBytes, await gauge('ledger_in_flight_bytes'))
            expect(answers.length + (await gauge('ledger_queue_spans')) / spans).toBe(requests)
          },
          { timeoutMs: 60_000, everyMs: 25 },
        )
        await lock.release()
        await sent
      } finally {
        clearInterval(sampling)
        await lock.release()
      }
      expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([])
      const refused = answers.filter(({ status }) => status === 503)
      expect(refused.filter(({ retryAfter }) => !(Number(retryAfter) > 0))).toEqual([])
      expect(refused.length).toBeGreaterThan(0)
      expect(peakHeldBytes).toBeLessThanOrEqual(MAX_IN_FLIGHT_BYTES + ONE_REQUEST_BYTES)
      expect(peakBytes).toBeLessThanOrEqual(MAX_RESIDENT_BYTES)
      // Control: what was measured is the ledger with bodies in it, and each of them is taken once it is alone.
      expect(peakHeldBytes).toBeGreaterThan(MAX_IN_FLIGHT_BYTES / 2)
      expect((await post(bytes)).status).toBe(200)
      await pollUntil('nothing to be held', async () => expect(await gauge('ledger_in_flight_bytes')).toBe(0))
    },
    TIMEOUT_MS,
  )
})

it(
  'many bodies that are received in part do not wait for one another: all are answered, and some are taken',
  async () => {
    const body = largeText()
    const requests = Array.from({ length: 12 }, () => open({}))
    for (const { outgoing } of requests) outgoing.write(body.subarray(0, 10 * MIB))
    await pollUntil('most of the bound is held', async () =>
      expect(await gauge('ledger_in_flight_bytes')).toBeGreaterThan(MAX_IN_FLIGHT_BYTES / 2),
    )
    for (const { outgoing } of requests) outgoing.end(body.subarray(10 * MIB))
    const statuses = await Promise.all(requests.map(async ({ answer }) => (await answer).status))
    expect([...new Set(statuses)].sort()).toEqual([200, 503])
  },
  TIMEOUT_MS,
)

it(
  'a body that is alone is taken up to its own limit, even where the bound is below it',
  async () => {
    const small = await startLedger(own.database, { env: { LEDGER_MAX_IN_FLIGHT_BYTES: String(MIB) } })
    const toPort = Number(new URL(small.url).port)
    try {
      const body = largeText()
      expect((await declared(body, toPort)).status).toBe(200)
      expect((await chunked(body, toPort)).status).toBe(200)
      expect((await gzipped(gzipSync(body), toPort)).status).toBe(200)
      // Two members, of which the last states a length of 0.
      const twice = Buffer.concat([gzipSync(body), gzipSync(Buffer.alloc(0))])
      expect((await gzipped(twice, toPort)).status).toBe(200)
    } finally {
      await small.close()
    }
  },
  TIMEOUT_MS,
)

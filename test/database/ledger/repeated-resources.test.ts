// A body says once what belongs to many records, and every row has it written out: a few megabytes become hundreds. What is
// taken is copied piece by piece, never in memory all at once; what comes to too much is refused.
import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../../src/ledger/decode/decoded.ts'
import { createDecoder } from '../../../src/ledger/decode/decoder.ts'
import { startLedger, withClient } from '../../support/ledger.ts'
import { useLedgerProcess } from '../../support/ledger-process.ts'
import { tracesProtobuf } from '../../support/otlp/messages.ts'

const MIB = 1024 * 1024
const SPANS = 2_000
const RESOURCE_BYTES = 96 * 1024
const TIMEOUT_MS = 120_000

const own = useLedgerProcess('resources')

function body(orgId: string, spans: number, resourceBytes: number): Buffer {
  const traceId = randomBytes(16).toString('hex')
  return tracesProtobuf(
    Array.from({ length: spans }, (_, n) => ({
      traceId,
      spanId: (n + 1).toString(16).padStart(16, '0'),
      startTimeUnixNano: BigInt(Date.now()) * 1_000_000n,
    })),
    { 'service.name': 'wide', org_id: orgId, annotations: 'x'.repeat(resourceBytes) },
  )
}

const post = async (bytes: Buffer, toPort = own.port) => {
  const response = await fetch(`http://127.0.0.1:${toPort}/v1/traces`, {
    method: 'POST',
    body: bytes,
    headers: { 'content-type': 'application/x-protobuf', authorization: `Bearer ${own.token}` },
  })
  await response.arrayBuffer()
  return response.status
}

it(
  'rows of many times the request are written without being held',
  async () => {
    expect(await post(body('warm', 10, RESOURCE_BYTES))).toBe(200)
    const restingBytes = await own.ledger.residentBytes()
    let peakBytes = 0
    const sampling = setInterval(async () => {
      peakBytes = Math.max(peakBytes, await own.ledger.residentBytes())
    }, 10)
    expect(await post(body('acme', SPANS, RESOURCE_BYTES))).toBe(200)
    clearInterval(sampling)
    const [stored] = await withClient(own.database.ownerUrl, async (client) => {
      const { rows } = await client.query(
        `select count(*)::int as spans, sum(length(resource->>'annotations'))::int as characters
         from trace_spans where org_id = 'acme'`,
      )
      return rows
    })
    expect(stored).toEqual({ spans: SPANS, characters: SPANS * RESOURCE_BYTES })
    // The rows are 187 MiB; control: somebody looked meanwhile.
    expect(peakBytes).toBeGreaterThan(0)
    expect(peakBytes - restingBytes).toBeLessThan(128 * MIB)
  },
  TIMEOUT_MS,
)

it('the staged road writes the same pieces, each row once', async () => {
  const staged = await startLedger(own.database, { road: 'staged' })
  const wide = body('staged', 300, RESOURCE_BYTES)
  try {
    expect(await post(wide, Number(new URL(staged.url).port))).toBe(200)
    expect(await post(wide, Number(new URL(staged.url).port))).toBe(200)
    const { rows } = await withClient(own.database.ownerUrl, (client) =>
      client.query("select count(*)::int as spans from trace_spans where org_id = 'staged'"),
    )
    expect(rows).toEqual([{ spans: 300 }])
    const booked = await staged.metrics.registry.getSingleMetricAsString('ledger_rows_booked_total')
    expect(booked).toContain('{kind="trace_spans"} 300')
  } finally {
    await staged.close()
  }
})

it('what repeats more than the limit is refused, and what is just below it is not', () => {
  const limits = { ...DEFAULT_LIMITS, maxRepeatedBytes: MIB }
  const kindOf = (spans: number) => {
    const outcome = createDecoder(limits).traces(body('acme', spans, 1024), 'protobuf')
    return outcome.kind === 'too_large' ? outcome.message : outcome.kind
  }
  expect(kindOf(900)).toBe('decoded')
  expect(kindOf(1100)).toBe(`more than ${MIB} bytes of resources, written out for every record,`)
})

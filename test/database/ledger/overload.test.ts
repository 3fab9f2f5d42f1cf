// More than the ledger takes, sent at once to its own process: what it cannot take is refused so that it comes again,
// memory stays within its bound, and what was acknowledged is committed. `node bench/main.ts overload` is the long form.
import { expect, it } from 'vitest'
import { createReplay, SPANS_PER_REQUEST } from '../../../bench/replay.ts'
import { type Answer, createSender } from '../../../bench/sender.ts'
import { withClient } from '../../support/ledger.ts'
import { useLedgerProcess } from '../../support/ledger-process.ts'

const REQUESTS = 32
const MAX_RESIDENT_BYTES = 512 * 1024 * 1024
const TIMEOUT_MS = 120_000

// A bound far below what comes at once, and one transaction at a time.
const own = useLedgerProcess('overload', { LEDGER_MAX_QUEUED_RECORDS: '2048', LEDGER_WRITER_CONNECTIONS: '1' })

it(
  'refuses with 503 and Retry-After, stays within 512 MiB, and has committed every span it acknowledged',
  async () => {
    const sender = createSender({ port: own.port, headers: { authorization: `Bearer ${own.token}` } }, TIMEOUT_MS)
    let peakBytes = 0
    const sampling = setInterval(async () => {
      peakBytes = Math.max(peakBytes, await own.ledger.residentBytes())
    }, 50)
    const answers: Answer[] = await Promise.all(createReplay(1, REQUESTS).map((body) => sender.send(body)))
    clearInterval(sampling)
    sender.close()

    const accepted = answers.filter(({ status }) => status === 200)
    const refused = answers.filter(({ status }) => status === 503 || status === 429)
    expect(answers.filter((answer) => !accepted.includes(answer) && !refused.includes(answer))).toEqual([])
    expect(refused.filter(({ retryAfter }) => !(Number(retryAfter) > 0))).toEqual([])
    // Control: there was an overload, and it was no outage.
    expect(refused.length).toBeGreaterThan(0)
    expect(accepted.length).toBeGreaterThan(0)
    expect(peakBytes).toBeGreaterThan(0)
    expect(peakBytes).toBeLessThanOrEqual(MAX_RESIDENT_BYTES)
    const booked = await withClient(own.database.ownerUrl, (client) =>
      client.query('select count(*)::int as n from trace_spans'),
    )
    expect(booked.rows[0]?.n).toBe(accepted.length * SPANS_PER_REQUEST)
  },
  TIMEOUT_MS,
)

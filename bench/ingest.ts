// Durable ingest over HTTP against the server-side COPY of the same rows into the same tables. In: a stand. Out: rates,
// CPU a span, and acknowledgement times at full and half load. One round: the ledger books a replay; its rows are then
// written out and read back by COPY FROM file into an equal, empty database, with and without the roll-up triggers.
import { copyLimit } from './copy-limit.ts'
import { median, percentile } from './cpu.ts'
import type { FigureSet } from './figure-set.ts'
import { createLoad } from './load.ts'
import { SPANS_PER_REQUEST } from './replay.ts'
import { createReplayStream } from './replay-stream.ts'
import { createStand, type Stand } from './stand.ts'

export const SENDERS = 8
/** Requests before measuring, so that what is measured is compiled. */
export const WARM_UP_REQUESTS = 60
/** Requests at half load, as a share of those at full load. */
const HALF_LOAD_SHARE = 0.5

interface IngestRound {
  spansPerSecond: number
  copySpansPerSecond: number
  copyWithRollUpsSpansPerSecond: number
  ledgerMicrosPerSpan: number
  postgresMicrosPerSpan: number
  generatorMicrosPerSpan: number
  p99Ms: number
  p99AtHalfLoadMs: number
  residentBytes: number
}

export const ingest: FigureSet = {
  title: 'Ingest',
  minutes: ({ rounds, requests }) => rounds * (0.15 + requests / 400),
  async run({ rounds: count, requests }, report) {
    const stand = await createStand()
    try {
      report.note(stand.version)
      report.note(
        `${requests} requests of 512 spans a round after ${WARM_UP_REQUESTS} unmeasured ones, ${SENDERS} senders, medians of ${count} rounds; load generator, ledger and Postgres share the machine, and the load generator's CPU is not in the ledger's figures`,
      )
      const rounds: IngestRound[] = []
      for (let round = 0; round < count; round++) {
        report.progress(round / count, `round ${round + 1}`)
        rounds.push(await ingestRound(stand, round + 1, requests))
      }
      const of = (figure: keyof IngestRound) => median(rounds.map((round) => round[figure]))
      const ratio = (limit: 'copySpansPerSecond' | 'copyWithRollUpsSpansPerSecond') =>
        median(rounds.map((round) => round.spansPerSecond / round[limit]))
      const figure = (name: string, value: number, unit: string, target?: object) =>
        report.figure({ name, value, unit, target })
      figure('durable ingest over HTTP', of('spansPerSecond'), 'spans/s')
      figure('server-side COPY FROM file, no roll-ups', of('copySpansPerSecond'), 'spans/s')
      figure('server-side COPY FROM file, with roll-ups', of('copyWithRollUpsSpansPerSecond'), 'spans/s')
      figure('ingest, of COPY without roll-ups', ratio('copySpansPerSecond'), '×', { atLeast: 0.75 })
      figure('ingest, of COPY with roll-ups', ratio('copyWithRollUpsSpansPerSecond'), '×', { atLeast: 0.75 })
      figure('CPU of the ledger', of('ledgerMicrosPerSpan'), 'µs/span')
      figure('CPU of Postgres', of('postgresMicrosPerSpan'), 'µs/span')
      const both = median(rounds.map((round) => round.ledgerMicrosPerSpan + round.postgresMicrosPerSpan))
      figure('CPU, ledger and Postgres', both, 'µs/span', { atMost: 30 })
      figure('CPU of the load generator', of('generatorMicrosPerSpan'), 'µs/span')
      figure('acknowledgement p99, full load', of('p99Ms'), 'ms')
      figure('acknowledgement p99, half load', of('p99AtHalfLoadMs'), 'ms', { atMost: 100 })
      figure('resident memory after a round', of('residentBytes') / 2 ** 20, 'MiB', { atMost: 512 })
    } finally {
      await stand.remove()
    }
  },
}

async function ingestRound(stand: Stand, seed: number, requests: number): Promise<IngestRound> {
  const name = `ingest_${seed}`
  await stand.createDatabase(name)
  const ledger = await stand.startLedger(name)
  try {
    const next = createReplayStream(seed)
    const load = createLoad(ledger.endpoint, next)
    await load.full(WARM_UP_REQUESTS, SENDERS)
    const micros = () => ({ ledger: ledger.cpuMicros(), postgres: stand.postgresCpuMicros() })
    const before = micros()
    const full = await load.full(requests, SENDERS)
    const after = micros()
    const residentBytes = ledger.residentBytes()
    const halfRequests = Math.ceil(requests * HALF_LOAD_SHARE)
    const half = await load.paced(halfRequests, full.spansPerSecond / 2)
    load.close()
    await ledger.stop()
    const spans = (WARM_UP_REQUESTS + requests + halfRequests) * SPANS_PER_REQUEST
    const booked = await stand.query<{ n: number }>(name, 'select count(*)::int as n from trace_spans')
    if (booked[0]?.n !== spans) throw new Error(`${booked[0]?.n} spans booked, not ${spans}`)
    const measured = requests * SPANS_PER_REQUEST
    return {
      spansPerSecond: full.spansPerSecond,
      ledgerMicrosPerSpan: (after.ledger - before.ledger) / measured,
      postgresMicrosPerSpan: (after.postgres - before.postgres) / measured,
      generatorMicrosPerSpan: full.generatorMicrosPerSpan,
      p99Ms: percentile(full.latenciesMs, 0.99),
      p99AtHalfLoadMs: percentile(half, 0.99),
      residentBytes,
      copySpansPerSecond: await copyLimit(stand, name, `${name}_copy`, false),
      copyWithRollUpsSpansPerSecond: await copyLimit(stand, name, `${name}_copy_roll_ups`, true),
    }
  } finally {
    await ledger.stop()
    for (const database of [name, `${name}_copy`, `${name}_copy_roll_ups`])
      await stand.dropDatabase(database).catch(() => {})
  }
}

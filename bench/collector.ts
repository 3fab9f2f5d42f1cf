// Ingest through the collector against ingest straight into the ledger. In: nothing. Out: the ratio, and what each process
// costs. The clock runs from the first request sent until the last span is committed, not until the collector has
// answered: its answer only says that the request lies in its queue on disk. Where its memory is full it answers 503, and
// the sender sends again, as an exporter does. A round is five times as long as one of the other sets, so that what waits
// in the sampling, and what Tempo and Prometheus cost, lies within it.
import { pollUntil } from '../test/support/poll.ts'
import { median } from './cpu.ts'
import type { FigureSet } from './figure-set.ts'
import { SENDERS, WARM_UP_REQUESTS } from './ingest.ts'
import { createLoad } from './load.ts'
import { startPipeline } from './pipeline.ts'
import { SPANS_PER_REQUEST } from './replay.ts'
import { createReplayStream } from './replay-stream.ts'
import { type BenchLedger, createStand, type Stand, TOKEN } from './stand.ts'

interface Way {
  spansPerSecond: number
  /** CPU a span, by process. */
  micros: Record<string, number>
}

const TIMES_AS_LONG = 5

export const collector: FigureSet = {
  title: 'Through the collector',
  minutes: ({ rounds, requests }) => rounds * (0.3 + (TIMES_AS_LONG * requests) / 800),
  async run({ rounds: count, requests: usual }, report) {
    const requests = TIMES_AS_LONG * usual
    const stand = await createStand()
    try {
      report.note(stand.version)
      report.note(
        `${requests} requests of 512 spans a round, ${SENDERS} senders, until the last span is committed; collector 0.155.0 with collector.yaml as shipped (queue on disk, fsync), Prometheus and the stand-in for Tempo behind it; order alternated, medians of ${count} rounds`,
      )
      const rounds: { direct: Way; through: Way }[] = []
      for (let round = 0; round < count; round++) {
        report.progress(round / count, `round ${round + 1}`)
        const ways: Partial<Record<'direct' | 'through', Way>> = {}
        for (const way of round % 2 === 0 ? (['direct', 'through'] as const) : (['through', 'direct'] as const)) {
          ways[way] = await oneWay(stand, `${way}_${round}`, way === 'through', round + 1, requests)
        }
        rounds.push(ways as { direct: Way; through: Way })
      }
      const rate = (way: 'direct' | 'through') => median(rounds.map((round) => round[way].spansPerSecond))
      report.figure({ name: 'ingest, direct', value: rate('direct'), unit: 'spans/s' })
      report.figure({ name: 'ingest, through the collector', value: rate('through'), unit: 'spans/s' })
      const ratio = median(rounds.map(({ direct, through }) => through.spansPerSecond / direct.spansPerSecond))
      report.figure({
        name: 'ingest, through the collector of direct',
        value: ratio,
        unit: '×',
        target: { atLeast: 0.7 },
      })
      for (const way of ['direct', 'through'] as const) {
        for (const process of Object.keys(rounds[0]?.[way].micros ?? {})) {
          const value = median(rounds.map((round) => round[way].micros[process] as number))
          report.figure({ name: `CPU, ${way}: ${process}`, value, unit: 'µs/span' })
        }
      }
    } finally {
      await stand.remove()
    }
  },
}

async function oneWay(stand: Stand, name: string, isThrough: boolean, seed: number, requests: number): Promise<Way> {
  await stand.createDatabase(name)
  const ledger = await stand.startLedger(name)
  const pipeline = isThrough ? await startPipeline(ledger.endpoint.port, TOKEN) : undefined
  const load = createLoad(pipeline?.endpoint ?? ledger.endpoint, createReplayStream(seed), isThrough)
  try {
    await load.full(WARM_UP_REQUESTS, SENDERS)
    await committed(ledger, WARM_UP_REQUESTS)
    const micros = () => ({
      ledger: ledger.cpuMicros(),
      Postgres: stand.postgresCpuMicros(),
      ...(pipeline && {
        collector: pipeline.collectorMicros(),
        'Prometheus and Tempo stand-in': pipeline.backendMicros(),
      }),
    })
    const before: Record<string, number> = micros()
    const sent = await load.full(requests, SENDERS)
    const seconds = sent.seconds + (await committed(ledger, WARM_UP_REQUESTS + requests))
    const spans = requests * SPANS_PER_REQUEST
    const after: Record<string, number> = micros()
    const [booked] = await stand.query<{ n: number }>(name, 'select count(*)::int as n from trace_spans')
    const expected = (WARM_UP_REQUESTS + requests) * SPANS_PER_REQUEST
    if (booked?.n !== expected) throw new Error(`${booked?.n} spans booked, not ${expected}`)
    const costs = Object.entries(after).map(([process, now]) => [process, (now - (before[process] as number)) / spans])
    return {
      spansPerSecond: spans / seconds,
      micros: { ...Object.fromEntries(costs), 'load generator': sent.generatorMicrosPerSpan },
    }
  } finally {
    load.close()
    await pipeline?.stop()
    await ledger.stop()
    await stand.dropDatabase(name)
  }
}

/** Waits until the ledger has committed so many requests' spans. @returns the seconds waited. */
async function committed(ledger: BenchLedger, requests: number): Promise<number> {
  const startedAtMs = performance.now()
  await pollUntil(
    `${requests} requests committed`,
    async () => {
      const text = await (await fetch(`http://127.0.0.1:${ledger.endpoint.port}/metrics`)).text()
      const received = Number(/^ledger_spans_received_total (\d+)/m.exec(text)?.[1] ?? 0)
      if (received < requests * SPANS_PER_REQUEST) throw new Error(`${received} spans`)
    },
    { timeoutMs: 300_000, everyMs: 20 },
  )
  return (performance.now() - startedAtMs) / 1000
}

// A long load at 70 % of the maximum. In: minutes. Out: how fast the ledger's resident memory grows, and whether every
// acknowledged span is booked. The slope is a least-squares line through one sample a second; the first fifth of the
// time is warm-up (the heap grows to its working size, caches fill) and is given apart.

import { percentile } from './cpu.ts'
import type { FigureSet } from './figure-set.ts'
import { SENDERS, WARM_UP_REQUESTS } from './ingest.ts'
import { createLoad } from './load.ts'
import { SPANS_PER_REQUEST } from './replay.ts'
import { createReplayStream } from './replay-stream.ts'
import { createSender, sendOpenLoop } from './sender.ts'
import { createStand } from './stand.ts'

const SHARE_OF_MAXIMUM = 0.7
const WARM_UP_SHARE = 0.2
const SAMPLE_EVERY_MS = 1000

export const soak: FigureSet = {
  title: 'Soak at 70 % of the maximum',
  minutes: ({ minutes }) => minutes + 0.7,
  async run({ minutes, requests }, report) {
    const stand = await createStand()
    const name = 'soak'
    await stand.createDatabase(name)
    const ledger = await stand.startLedger(name)
    try {
      const next = createReplayStream(1)
      const load = createLoad(ledger.endpoint, next)
      await load.full(WARM_UP_REQUESTS, SENDERS)
      const { spansPerSecond: maximum } = await load.full(requests, SENDERS)
      load.close()
      report.note(stand.version)
      report.note(
        `${minutes} minutes at 70 % of ${Math.round(maximum)} spans/s (measured over ${requests} requests); one round`,
      )

      const samples: Sample[] = []
      const startedAtMs = performance.now()
      const sampling = setInterval(() => {
        const elapsedMs = performance.now() - startedAtMs
        samples.push({ minute: elapsedMs / 60_000, mebibytes: ledger.residentBytes() / 2 ** 20 })
        report.progress(Math.min(1, elapsedMs / 60_000 / minutes), `${samples.at(-1)?.mebibytes.toFixed(0)} MiB`)
      }, SAMPLE_EVERY_MS)
      const sender = createSender(ledger.endpoint)
      const waitingAgain: Buffer[] = []
      const latencies: number[] = []
      let accepted = WARM_UP_REQUESTS + requests
      let refused = 0
      let unanswered = 0
      const perSecond = (SHARE_OF_MAXIMUM * maximum) / SPANS_PER_REQUEST
      try {
        await sendOpenLoop(
          sender,
          perSecond,
          minutes * 60,
          () => waitingAgain.shift() ?? next(),
          (answer, body) => {
            latencies.push(answer.ms)
            if (answer.status === 200) accepted += 1
            else if (answer.status === 0) unanswered += 1
            else {
              refused += 1
              waitingAgain.push(body)
            }
          },
        )
      } finally {
        clearInterval(sampling)
        sender.close()
      }
      const [booked] = await stand.query<{ n: number }>(name, 'select count(*)::int as n from trace_spans')
      const figure = (title: string, value: number, unit: string, target?: object) =>
        report.figure({ name: title, value, unit, target })
      const steady = samples.filter(({ minute }) => minute >= WARM_UP_SHARE * minutes)
      figure('soak, memory slope after the warm-up', slope(steady), 'MiB/min', { atMost: 1 })
      figure('soak, memory slope with the warm-up', slope(samples), 'MiB/min')
      figure('soak, highest resident memory', ledger.peakResidentBytes() / 2 ** 20, 'MiB', { atMost: 512 })
      // What got no answer may have been booked all the same.
      const lost = Math.max(0, accepted * SPANS_PER_REQUEST - (booked?.n ?? 0))
      const doubled = Math.max(0, (booked?.n ?? 0) - (accepted + unanswered) * SPANS_PER_REQUEST)
      figure('soak, acknowledged spans', accepted * SPANS_PER_REQUEST, '')
      figure('soak, acknowledged spans lost', lost, '', { atMost: 0 })
      figure('soak, spans booked twice', doubled, '', { atMost: 0 })
      figure('soak, requests refused and sent again', refused, '')
      figure('soak, requests without an answer', unanswered, '', { atMost: 0 })
      figure('soak, acknowledgement p99', percentile(latencies, 0.99), 'ms')
    } finally {
      await ledger.stop()
      await stand.remove()
    }
  },
}

interface Sample {
  minute: number
  mebibytes: number
}

/** Of the least-squares line. */
function slope(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number) => samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length
  const meanMinute = mean(({ minute }) => minute)
  const meanMebibytes = mean(({ mebibytes }) => mebibytes)
  const covariance = mean(({ minute, mebibytes }) => (minute - meanMinute) * (mebibytes - meanMebibytes))
  return covariance / mean(({ minute }) => (minute - meanMinute) ** 2)
}

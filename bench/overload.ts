// Three times what the ledger can take, then half of it. In: nothing. Out: goodput against the maximum, how the rest was
// answered, the highest memory, and how soon everything is as before. Senders do not wait for answers; a request that
// is refused comes again later, as an exporter sends it again after Retry-After.
import { median, percentile } from './cpu.ts'
import type { FigureSet, Report } from './figure-set.ts'
import { SENDERS, WARM_UP_REQUESTS } from './ingest.ts'
import { createLoad } from './load.ts'
import { SPANS_PER_REQUEST } from './replay.ts'
import { createReplayStream } from './replay-stream.ts'
import { type Answer, createSender, sendOpenLoop } from './sender.ts'
import { type BenchLedger, createStand, type Stand } from './stand.ts'

const FACTOR = 3
const OVERLOAD_SECONDS = 10
const HALF_LOAD_SECONDS = 3
const RECOVERY_SECONDS = 13
/** As before: so many seconds in a row without a refusal, the p99 of which is within the bound. */
const CALM_SECONDS = 3
const P99_BOUND_MS = 100

interface OverloadRound {
  goodputOfMaximum: number
  refusals: number
  /** Answers other than 200, 429 and 503 with Retry-After; broken connections; time-outs. */
  forbidden: Map<string, number>
  peakBytes: number
  p99HalfLoadBeforeMs: number
  recoverySeconds: number
  generatorCores: number
}

export const overload: FigureSet = {
  title: `Overload at ${FACTOR} × capacity`,
  minutes: ({ rounds }) => rounds * 0.65,
  async run({ rounds: count, requests }, report) {
    const stand = await createStand()
    try {
      report.note(stand.version)
      report.note(
        `a round: maximum over ${requests} requests with ${SENDERS} senders, half load ${HALF_LOAD_SECONDS} s, ${FACTOR} × the maximum ${OVERLOAD_SECONDS} s, half load ${RECOVERY_SECONDS} s; medians of ${count} rounds, worst round where it says so`,
      )
      const rounds: OverloadRound[] = []
      for (let round = 0; round < count; round++) {
        report.progress(round / count, `round ${round + 1}`)
        rounds.push(await overloadRound(stand, round + 1, requests))
      }
      say(rounds, report)
    } finally {
      await stand.remove()
    }
  },
}

function say(rounds: OverloadRound[], report: Report): void {
  const worst = (figure: (round: OverloadRound) => number) => Math.max(...rounds.map(figure))
  const forbidden = rounds.reduce((sum, round) => sum + [...round.forbidden.values()].reduce((a, b) => a + b, 0), 0)
  for (const [what, times] of rounds.flatMap((round) => [...round.forbidden])) report.note(`${times} × ${what}`)
  const figure = (name: string, value: number, unit: string, target?: object) =>
    report.figure({ name, value, unit, target })
  figure('overload, goodput of the maximum', median(rounds.map((round) => round.goodputOfMaximum)), '×', {
    atLeast: 0.9,
  })
  figure('overload, refused with 429 or 503 and Retry-After', median(rounds.map((round) => round.refusals)), 'requests')
  figure('overload, other answers, resets, time-outs (all rounds)', forbidden, '', { atMost: 0 })
  figure('overload, highest resident memory (worst round)', worst((round) => round.peakBytes) / 2 ** 20, 'MiB', {
    atMost: 512,
  })
  figure('overload, p99 at half load before', median(rounds.map((round) => round.p99HalfLoadBeforeMs)), 'ms')
  figure(
    'overload, back to normal after (worst round)',
    worst((round) => round.recoverySeconds),
    's',
    { atMost: 10 },
  )
  figure('overload, cores the load generator used', median(rounds.map((round) => round.generatorCores)), '')
}

async function overloadRound(stand: Stand, seed: number, requests: number): Promise<OverloadRound> {
  const name = `overload_${seed}`
  await stand.createDatabase(name)
  const ledger = await stand.startLedger(name)
  try {
    return await loadAndOverload(stand, name, ledger, seed, requests)
  } finally {
    await ledger.stop()
    await stand.dropDatabase(name)
  }
}

async function loadAndOverload(
  stand: Stand,
  name: string,
  ledger: BenchLedger,
  seed: number,
  requests: number,
): Promise<OverloadRound> {
  const fresh = createReplayStream(seed)
  const load = createLoad(ledger.endpoint, fresh)
  await load.full(WARM_UP_REQUESTS, SENDERS)
  const { spansPerSecond: maximum } = await load.full(requests, SENDERS)
  const halfRequests = Math.ceil((HALF_LOAD_SECONDS * maximum) / 2 / SPANS_PER_REQUEST)
  const p99HalfLoadBeforeMs = percentile(await load.paced(halfRequests, maximum / 2), 0.99)
  load.close()

  const refused: Buffer[] = []
  // Oldest first, so that what was refused waits before it comes again.
  const next = () => (refused.length > 200 ? (refused.shift() as Buffer) : fresh())
  const sender = createSender(ledger.endpoint)
  const counts = { refusals: 0, forbidden: new Map<string, number>() }
  let accepted = WARM_UP_REQUESTS + requests + halfRequests
  let acceptedWhileOverloaded = 0
  const take = (answer: Answer, body: Buffer): boolean => {
    if (answer.status === 200) accepted += 1
    else if (isRefusal(answer)) {
      counts.refusals += 1
      refused.push(body)
    } else {
      const what = answer.status === 0 ? (answer.error as string) : `${answer.status} without Retry-After`
      counts.forbidden.set(what, (counts.forbidden.get(what) ?? 0) + 1)
    }
    return answer.status === 200
  }

  const perSecond = maximum / SPANS_PER_REQUEST
  const cpuBefore = process.cpuUsage()
  const startedAtMs = performance.now()
  let seconds = 0
  await sendOpenLoop(sender, FACTOR * perSecond, OVERLOAD_SECONDS, next, (answer, body) => {
    if (!take(answer, body)) return
    acceptedWhileOverloaded += 1
    seconds = (performance.now() - startedAtMs) / 1000
  })
  const cpu = process.cpuUsage(cpuBefore)
  const goodputOfMaximum = (acceptedWhileOverloaded * SPANS_PER_REQUEST) / seconds / maximum

  const after: { sentAt: number; answer: Answer }[] = []
  await sendOpenLoop(sender, perSecond / 2, RECOVERY_SECONDS, next, (answer, body, sentAt) => {
    take(answer, body)
    after.push({ sentAt, answer })
  })
  sender.close()
  const [booked] = await stand.query<{ n: number }>(name, 'select count(*)::int as n from trace_spans')
  const lost = accepted * SPANS_PER_REQUEST - (booked?.n ?? 0)
  if (lost !== 0) counts.forbidden.set(`${lost} acknowledged spans not booked (below 0: refused ones booked)`, 1)
  return {
    goodputOfMaximum,
    ...counts,
    peakBytes: ledger.peakResidentBytes(),
    p99HalfLoadBeforeMs,
    recoverySeconds: recoverySeconds(after, Math.max(P99_BOUND_MS, 2 * p99HalfLoadBeforeMs)),
    generatorCores: (cpu.user + cpu.system) / 1e6 / seconds,
  }
}

const isRefusal = ({ status, retryAfter }: Answer): boolean =>
  (status === 503 || status === 429) && Number(retryAfter) > 0

/** When the first calm stretch begins; infinite when there is none. */
function recoverySeconds(after: { sentAt: number; answer: Answer }[], p99BoundMs: number): number {
  for (let from = 0; from + CALM_SECONDS <= RECOVERY_SECONDS; from += 0.5) {
    const stretch = after.filter(({ sentAt }) => sentAt >= from && sentAt < from + CALM_SECONDS)
    const isCalm = stretch.every(({ answer }) => answer.status === 200)
    if (
      isCalm &&
      stretch.length > 0 &&
      percentile(
        stretch.map(({ answer }) => answer.ms),
        0.99,
      ) <= p99BoundMs
    )
      return from
  }
  return Number.POSITIVE_INFINITY
}

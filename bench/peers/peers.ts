// Durable spans a second of the ledger, Phoenix and MLflow: the same replay over OTLP/HTTP into the same Postgres server.
// In: rounds. Out: rates, and how many times a peer's rate the ledger's is. The clock runs from the first request sent
// until the last span can be counted in the product's own table, whatever it answers before that.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pollUntil } from '../../test/support/poll.ts'
import { temporaryFolder } from '../../test/support/prometheus.ts'
import { median } from '../cpu.ts'
import type { FigureSet, Report } from '../figure-set.ts'
import { SENDERS, WARM_UP_REQUESTS } from '../ingest.ts'
import { createLoad } from '../load.ts'
import { SPANS_PER_REQUEST } from '../replay.ts'
import { createReplayStream } from '../replay-stream.ts'
import type { Endpoint } from '../sender.ts'
import { createStand, type Stand } from '../stand.ts'
import { pythonEnvironment, pythonMissing } from './environment.ts'
import { PEERS } from './servers.ts'

/** At some hundred spans a second more would only take longer: a peer's rate does not rise with it. */
const PEER_REQUESTS = 4
const PEER_WARM_UP_REQUESTS = 1
const DURABLE_TIMEOUT_MS = 1_800_000

interface Contestant {
  title: string
  requests: number
  /** @returns durable spans a second. */
  round: () => Promise<number>
  stop: () => Promise<void>
}

export const peers: FigureSet = {
  title: 'Peers',
  minutes: ({ rounds }) => 1 + rounds * 0.9,
  async run({ rounds, requests }, report) {
    const missing = await pythonMissing()
    if (missing !== undefined) {
      for (const { title, target } of Object.values(PEERS)) {
        report.figure({ name: `durable ingest, times ${title}`, missing, target: { atLeast: target } })
      }
      return
    }
    const stand = await createStand()
    const contestants: Record<string, Contestant> = {}
    try {
      report.note(stand.version)
      contestants.ledger = await startLedgerContestant(stand, requests)
      for (const name of Object.keys(PEERS)) {
        report.progress(0, `installing and starting ${name}`)
        contestants[name] = await startPeer(stand, name, report)
      }
      await compete(contestants, rounds, report)
    } finally {
      for (const contestant of Object.values(contestants)) await contestant.stop()
      await stand.remove()
    }
  },
}

async function compete(contestants: Record<string, Contestant>, rounds: number, report: Report): Promise<void> {
  report.note(
    `${SENDERS} senders; a round is ${Object.values(contestants)
      .map(({ title, requests }) => `${requests} requests to ${title}`)
      .join(', ')}; one at a time, the others idle, order alternated; medians of ${rounds} rounds`,
  )
  const rates: Record<string, number[]> = {}
  const names = Object.keys(contestants)
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? names : [...names].reverse()
    for (const [index, name] of order.entries()) {
      report.progress((round + index / names.length) / rounds, `round ${round + 1}, ${name}`)
      rates[name] = [...(rates[name] ?? []), await (contestants[name] as Contestant).round()]
    }
  }
  for (const name of names) {
    report.figure({
      name: `durable ingest, ${contestants[name]?.title}`,
      value: median(rates[name] ?? []),
      unit: 'spans/s',
    })
  }
  for (const [name, { title, target }] of Object.entries(PEERS)) {
    const ratios = (rates[name] ?? []).map((rate, round) => (rates.ledger?.[round] as number) / rate)
    report.figure({
      name: `durable ingest, times ${title}`,
      value: median(ratios),
      unit: '×',
      target: { atLeast: target },
    })
  }
}

async function startLedgerContestant(stand: Stand, requests: number): Promise<Contestant> {
  await stand.createDatabase('ledger')
  const ledger = await stand.startLedger('ledger')
  const contestant = await contestantOf('the ledger', requests, ledger.endpoint, WARM_UP_REQUESTS, () =>
    countOf(stand, 'ledger', 'select count(*)::int as n from trace_spans'),
  )
  return { ...contestant, stop: ledger.stop }
}

async function startPeer(stand: Stand, name: string, report: Report): Promise<Contestant> {
  const peer = PEERS[name] as (typeof PEERS)[string]
  const bin = await pythonEnvironment(name)
  const version = execFileSync(join(bin, 'pip'), ['show', peer.package], { encoding: 'utf8' })
  report.note(
    `${peer.title} ${/^Version: (.*)$/m.exec(version)?.[1]}, ${execFileSync(join(bin, 'python'), ['--version'], { encoding: 'utf8' }).trim()}`,
  )
  const folder = temporaryFolder(`bench-${name}`)
  const { endpoint, program } = await peer.start({
    bin,
    databaseUrl: await stand.createEmptyDatabase(name),
    folder: folder.path,
  })
  const stop = async () => {
    await program.stop()
    folder.remove()
  }
  try {
    const contestant = await contestantOf(peer.title, PEER_REQUESTS, endpoint, PEER_WARM_UP_REQUESTS, () =>
      countOf(stand, name, peer.countSql),
    )
    return { ...contestant, stop }
  } catch (error) {
    await stop()
    throw new Error(`${peer.title}: ${program.output().slice(-2000)}`, { cause: error })
  }
}

const countOf = async (stand: Stand, database: string, sql: string): Promise<number> =>
  (await stand.query<{ n: number }>(database, sql))[0]?.n ?? 0

/** Warms the server up; then each round sends so many requests and waits until their spans are counted. */
async function contestantOf(
  title: string,
  requests: number,
  endpoint: Endpoint,
  warmUpRequests: number,
  count: () => Promise<number>,
): Promise<Omit<Contestant, 'stop'>> {
  const load = createLoad(endpoint, createReplayStream(1))
  const book = async (number: number): Promise<number> => {
    const expected = (await count()) + number * SPANS_PER_REQUEST
    const { seconds } = await load.full(number, SENDERS)
    const sentAtMs = performance.now()
    await pollUntil(
      `${title} has ${expected} spans`,
      async () => {
        const counted = await count()
        if (counted !== expected) throw new Error(`${counted} spans`)
      },
      { timeoutMs: DURABLE_TIMEOUT_MS, everyMs: 50 },
    )
    return (number * SPANS_PER_REQUEST) / (seconds + (performance.now() - sentAtMs) / 1000)
  }
  await book(warmUpRequests)
  return { title, requests, round: () => book(requests) }
}

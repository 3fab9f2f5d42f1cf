// What a fault is, and what it may break. In: the parts of a running world. Out: nothing; the fault is over when its
// promise settles.
import type { Random } from '../support/otlp/random-trace.ts'
import type { CollectorProcess } from './collector-process.ts'
import type { LedgerProcess } from './ledger-process.ts'
import type { ChaosPostgres } from './postgres.ts'
import type { CutProxy } from './proxy.ts'

/** What was really done, for the totals. */
export const NO_COUNTS = {
  'kill -9 of the ledger': 0,
  'SIGTERM of the ledger': 0,
  'kill -9 of the collector': 0,
  'pg_ctl stop -m immediate': 0,
  'connections terminated by Postgres': 0,
  'requests cut': 0,
  'answers lost after COMMIT': 0,
  'clock jumps': 0,
  'disks filled': 0,
  'times without a free connection': 0,
}
export type Counts = Record<keyof typeof NO_COUNTS, number>

export interface Victims {
  postgres: ChaosPostgres
  ledger: LedgerProcess
  collector: CollectorProcess
  /** Between the ledger and who sends to it. */
  proxy: CutProxy
  databaseName: string
  random: Random
  counts: Counts
  /** Lets the next requests out, and comes back while they are under way. */
  nextWave: () => Promise<void>
  /** How often a request has been refused (429, 503) so far. */
  refusals: () => number
  /** Lets all out and waits until everything is acknowledged or given up. */
  finished: () => Promise<unknown>
}

export interface Fault {
  /** Whom the senders talk to. */
  through: 'ledger' | 'collector'
  /** Waves of requests in which the senders send; one more than the times the fault hits. */
  waves: number
  /** Traces to send, where the usual number is too small. */
  traces?: number
  hit: (victims: Victims) => Promise<void>
  /** It may be over before any request notices. */
  mayPassUnnoticed?: boolean
  /** Each request goes out four times at once, and all of them again in another order. */
  identical?: boolean
  /** It needs a file system that can be full. */
  needsMount?: boolean
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

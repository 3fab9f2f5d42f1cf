// Group commit: requests that wait together share one transaction. In: batches. Out: each batch's outcome, once its
// group is committed. A fixed number of lanes bounds the transactions open at once; a bound on waiting records
// answers the rest with `unavailable` at once; `hasRoom` says so before a body is read.
import type { Batch, Booker, BookOutcome } from './booker.ts'

export interface GroupQueueOptions {
  lanes: number
  /** A group takes no further request once it holds this many records. */
  groupRecords: number
  maxQueuedRecords: number
  /** Books a group as a whole; never rejects. Gives one outcome per batch, in order. */
  bookGroup: (group: Batch[]) => Promise<BookOutcome[]>
  onQueued: (records: number) => void
  /** Monotonic milliseconds. */
  nowMs?: () => number
}

export interface GroupQueue extends Booker {
  /** Refuses new batches and resolves when every accepted one is settled. */
  drain(): Promise<void>
}

interface Waiting {
  batch: Batch
  records: number
  sinceMs: number
  settle: (outcome: BookOutcome) => void
}

/** Where the database is slow the wait is bounded as well: exporters give up after 10 s, and what they gave up is booked for nothing. */
const MAX_WAIT_MS = 2_000

export function createGroupQueue(options: GroupQueueOptions): GroupQueue {
  const nowMs = options.nowMs ?? (() => performance.now())
  const waiting: Waiting[] = []
  let queuedRecords = 0
  let running = 0
  let draining = false
  // Room for requests whose bodies are being read, so that few are decoded for nothing.
  const keptFree = Math.min(options.groupRecords, options.maxQueuedRecords / 8)
  let onIdle: (() => void) | undefined

  function takeGroup(): Waiting[] {
    const group: Waiting[] = []
    let records = 0
    while (waiting.length > 0) {
      const next = waiting[0] as Waiting
      if (group.length > 0 && records + next.records > options.groupRecords) break
      records += next.records
      group.push(waiting.shift() as Waiting)
    }
    return group
  }

  async function runLane(): Promise<void> {
    for (let group = takeGroup(); group.length > 0; group = takeGroup()) {
      const outcomes = await options.bookGroup(group.map(({ batch }) => batch))
      group.forEach(({ records, settle }, index) => {
        queuedRecords -= records
        settle(outcomes[index] as BookOutcome)
      })
      options.onQueued(queuedRecords)
    }
    running -= 1
    if (running === 0) onIdle?.()
  }

  function start(): void {
    // Requests that arrive in the same turn of the event loop go into one group.
    if (running >= options.lanes) return
    running += 1
    setImmediate(() => void runLane())
  }

  return {
    hasRoom() {
      const oldest = waiting[0]
      if (oldest !== undefined && nowMs() - oldest.sinceMs > MAX_WAIT_MS) return false
      return queuedRecords === 0 || queuedRecords + keptFree <= options.maxQueuedRecords
    },
    book(batch) {
      const records = batch.spans.length + batch.logs.length
      if (draining) return Promise.resolve(unavailable('the ledger is stopping', 2))
      if (queuedRecords > 0 && queuedRecords + records > options.maxQueuedRecords) {
        return Promise.resolve(unavailable(`${queuedRecords} records are waiting already`, 1))
      }
      queuedRecords += records
      options.onQueued(queuedRecords)
      return new Promise((settle) => {
        waiting.push({ batch, records, sinceMs: nowMs(), settle })
        start()
      })
    },
    drain() {
      draining = true
      if (running === 0) return Promise.resolve()
      return new Promise((resolve) => {
        onIdle = resolve
      })
    },
  }
}

const unavailable = (message: string, retryAfterSeconds: number): BookOutcome => ({
  kind: 'unavailable',
  message,
  retryAfterSeconds,
})

// When the queue takes a further request, and when it says so before the body is read.
import { describe, expect, it } from 'vitest'
import type { Span } from '../../../src/ledger/span.ts'
import type { Batch, BookOutcome } from '../../../src/ledger/write/booker.ts'
import { createGroupQueue } from '../../../src/ledger/write/group-queue.ts'

const batchOf = (records: number): Batch => ({ spans: Array.from({ length: records }, () => ({}) as Span), logs: [] })
const COMMITTED: BookOutcome = { kind: 'committed', rejected: {} }

/** One lane; groups end when the test says so. */
function createQueue(maxQueuedRecords = 800) {
  const open: (() => void)[] = []
  const clock = { nowMs: 0 }
  const queue = createGroupQueue({
    lanes: 1,
    groupRecords: 100,
    maxQueuedRecords,
    bookGroup: (group) => new Promise((done) => open.push(() => done(group.map(() => COMMITTED)))),
    onQueued: () => {},
    nowMs: () => clock.nowMs,
  })
  const turn = () => new Promise((done) => setImmediate(done))
  const finishGroup = async () => {
    open.shift()?.()
    await turn()
  }
  return { queue, clock, turn, finishGroup }
}

describe('the group queue', () => {
  it('has no room once less than a group more would fit, and has again after a group is booked', async () => {
    const { queue, turn, finishGroup } = createQueue()
    for (let sent = 0; sent < 7; sent++) void queue.book(batchOf(100))
    await turn()
    expect(queue.hasRoom()).toBe(true)
    void queue.book(batchOf(100))
    expect(queue.hasRoom()).toBe(false)
    await finishGroup()
    expect(queue.hasRoom()).toBe(true)
  })

  it('has no room while the oldest request has waited for two seconds, however few wait', async () => {
    const { queue, clock, turn, finishGroup } = createQueue()
    void queue.book(batchOf(100))
    await turn()
    void queue.book(batchOf(1))
    clock.nowMs = 2000
    expect(queue.hasRoom()).toBe(true)
    clock.nowMs = 2001
    expect(queue.hasRoom()).toBe(false)
    await finishGroup()
    expect(queue.hasRoom()).toBe(true)
  })

  it('takes one request of any size when nothing waits', async () => {
    const { queue, turn, finishGroup } = createQueue(10)
    expect(queue.hasRoom()).toBe(true)
    const booked = queue.book(batchOf(50))
    await turn()
    expect(queue.hasRoom()).toBe(false)
    expect(await queue.book(batchOf(1))).toMatchObject({ kind: 'unavailable', retryAfterSeconds: 1 })
    await finishGroup()
    expect(await booked).toEqual(COMMITTED)
  })
})

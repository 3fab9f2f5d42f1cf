// Answers that nobody reads: of a call nobody awaits, a raw response left alone, a stream dropped. In: calls from the
// moment their answer is there. Out: none stays open for good; each ends as abandoned after a while, and at the latest
// when the event loop runs dry or telemetry is shut down.
import { guard } from '../problems.ts'
import { processState } from '../process-state.ts'

/** Ends its span when its reader does not come; the answer was there since `sinceMs` of performance.now(). */
export interface Unread {
  abandon(sinceMs?: number): void
}

/** How long an answer waits: work that awaits its calls one by one comes back within this. */
export const PATIENCE_MS = 300_000

// In the order of arrival, so the first has waited longest.
const waiting = new Map<Unread, number>()
const open = new Set<Unread>()
let scheduled = false
let listens = false

/** Ends what is unread, one of each copy of this library. */
const endings = processState('unread', () => new Set<() => void>())

/** The answer of `call` is there from now on. */
export function awaitReader(call: Unread): void {
  waiting.delete(call)
  waiting.set(call, performance.now())
  if (!scheduled) schedule(PATIENCE_MS)
  if (!listens) listenForEnd()
}

/** Somebody reads the answer, and will end the call. */
export const readerCame = (call: Unread): void => void waiting.delete(call)

/** A stream that may take as long as its reader likes, but not longer than the process. */
export function streamOpened(call: Unread): void {
  open.add(call)
  if (!listens) listenForEnd()
}

/** The call has ended. */
export function forget(call: Unread): void {
  waiting.delete(call)
  open.delete(call)
}

function listenForEnd(): void {
  listens = true
  endings.add(abandonOwn)
  process.on('beforeExit', abandonOwn)
}

/** Ends every call whose answer is not read by now: the process ends. */
export function abandonAll(): void {
  for (const end of endings) end()
}

function abandonOwn(): void {
  abandonUntil(Number.POSITIVE_INFINITY)
  for (const call of open) guard('model call', () => call.abandon())
  open.clear()
}

function schedule(delayMs: number): void {
  scheduled = true
  setTimeout(() => {
    scheduled = false
    abandonUntil(performance.now() - PATIENCE_MS)
    const [oldestMs] = waiting.values()
    if (oldestMs !== undefined) schedule(oldestMs + PATIENCE_MS - performance.now())
  }, delayMs).unref()
}

function abandonUntil(arrivedMs: number): void {
  for (const [call, sinceMs] of waiting) {
    if (sinceMs > arrivedMs) return
    waiting.delete(call)
    guard('model call', () => call.abandon(sinceMs))
  }
}

// The books of one signal. In: items accepted, sent, dropped. Out: how many wait, whether there is room for one more,
// and the figures of getTelemetryHealth(). Memory is bounded by items and by bytes, whichever is reached first.

export type Signal = 'traces' | 'logs' | 'metrics'

/** `queue_full`: no room. `rejected`: the collector or the network refused it for good. `shutdown`: came after the end. */
export type DropReason = 'queue_full' | 'rejected' | 'shutdown'

export interface QueueBounds {
  maxItems: number
  maxBytes: number
}

export interface SignalHealth {
  sent: number
  queued: number
  queuedBytes: number
  dropped: Record<DropReason, number>
  lastError?: string
  /** When the collector last accepted something, as ISO time. */
  lastSentAt?: string
}

// A property of the item: a WeakMap of every queued item is work for the garbage collector.
const SIZE = Symbol('spanledger size')
type Sized = { [SIZE]?: number }

export class SignalStats {
  readonly signal: Signal
  readonly #bounds: QueueBounds
  readonly #dropped: Record<DropReason, number> = { queue_full: 0, rejected: 0, shutdown: 0 }
  #sent = 0
  #queued = 0
  #queuedBytes = 0
  #lastError: string | undefined
  #lastSentAtMs: number | undefined

  constructor(signal: Signal, bounds: QueueBounds) {
    this.signal = signal
    this.#bounds = bounds
  }

  /** Takes an item in when there is room, else counts it as dropped. */
  admit(item: object, bytes: number): boolean {
    if (this.#queued >= this.#bounds.maxItems || this.#queuedBytes + bytes > this.#bounds.maxBytes) {
      this.#dropped.queue_full++
      return false
    }
    this.#queued++
    this.#queuedBytes += bytes
    ;(item as Sized)[SIZE] = bytes
    return true
  }

  /** The outcome of an export, for items that were admitted. */
  settle(items: readonly object[], error: Error | undefined): void {
    for (const item of items) {
      this.#queuedBytes -= (item as Sized)[SIZE] ?? 0
    }
    this.#queued -= items.length
    this.count(items.length, error)
  }

  /** The outcome of an export of something that was never queued here (metrics). */
  count(items: number, error: Error | undefined): void {
    if (error) {
      this.#dropped.rejected += items
      this.#lastError = error.message
    } else {
      this.#sent += items
      this.#lastSentAtMs = Date.now()
    }
  }

  drop(reason: DropReason, items = 1): void {
    this.#dropped[reason] += items
  }

  health(): SignalHealth {
    return {
      sent: this.#sent,
      queued: this.#queued,
      queuedBytes: this.#queuedBytes,
      dropped: { ...this.#dropped },
      ...(this.#lastError !== undefined && { lastError: this.#lastError }),
      ...(this.#lastSentAtMs !== undefined && { lastSentAt: new Date(this.#lastSentAtMs).toISOString() }),
    }
  }
}

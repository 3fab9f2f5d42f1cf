// Sends batches in their turn. In: batches as the SDK's processors and readers hand them over, and how to send one. Out:
// each is sent, one at a time, a few at once while somebody waits for a flush. Whoever hands one over has its answer at
// once: what the SDK does until then would hold a process that has nothing left to do (its timer), and its flush neither
// waits for what is under way nor spares the exporter, which refuses the 31st batch at a time.
import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'

/** While a flush is awaited; sending is mostly waiting for the network. */
const MAX_AT_ONCE = 4

export class Sender<B> {
  readonly #send: (batch: B, done: () => void) => void
  readonly #waiting: { batch: B; sent: () => void }[] = []
  readonly #open = new Set<Promise<void>>()
  #underWay = 0
  #flushes = 0
  #starting = false

  /** @param send must call `done` once, whatever comes of it, and not throw. */
  constructor(send: (batch: B, done: () => void) => void) {
    this.#send = send
  }

  /** Batches that have not been begun. */
  get waiting(): number {
    return this.#waiting.length
  }

  add(batch: B): void {
    const sent = new Promise<void>((resolve) => {
      this.#waiting.push({ batch, sent: resolve })
    })
    this.#open.add(sent)
    void sent.then(() => this.#open.delete(sent))
    this.#start()
  }

  /** Resolves when everything that was added until now has its outcome. */
  async flush(): Promise<void> {
    this.#flushes++
    this.#start()
    await Promise.all(this.#open)
    this.#flushes--
  }

  #start(): void {
    // An exporter may answer at once, from within.
    if (this.#starting) return
    this.#starting = true
    while (this.#underWay < (this.#flushes > 0 ? MAX_AT_ONCE : 1)) {
      const next = this.#waiting.shift()
      if (!next) break
      this.#underWay++
      // Not in the context of what ended before: requests that send telemetry are not traced themselves.
      context.with(suppressTracing(ROOT_CONTEXT), () =>
        this.#send(next.batch, () => {
          this.#underWay--
          next.sent()
          this.#start()
        }),
      )
    }
    this.#starting = false
  }
}

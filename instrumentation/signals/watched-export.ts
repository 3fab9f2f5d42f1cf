// Watches exports. In: an exporter and the books of its signal. Out: the same exporter, which sends in turn, whose every
// outcome is counted, whose exceptions become failures, and which answers in the end even when the network never does.
import type { ExportResult } from '@opentelemetry/core'
import { ExportResultCode } from '@opentelemetry/core'
import { reportLoss } from './loss.ts'
import { Sender } from './sender.ts'
import type { SignalStats } from './signal-stats.ts'

type Done = (result: ExportResult) => void

/** What exporters of all signals have in common. */
interface Exporter<B> {
  export(batch: B, done: Done): void
  shutdown(): Promise<void>
  forceFlush?(): Promise<void>
}

export interface Watch<B> {
  stats: SignalStats
  /** The outcome of one batch, for the books. */
  settle(batch: B, error: Error | undefined): void
  /** Items of a batch, for the line that tells of their loss. */
  count(batch: B): number
  /** Sees each batch just before it is sent. */
  prepare?(batch: B): void
  /** Batches that may wait; more are lost at once. Without it their number is bounded elsewhere. */
  maxWaiting?: number
  /** When the exporter has not answered by then, the items count as lost and their memory is given back. */
  timeoutMs: number
  /** Tells that nobody waits for answers any more. */
  ending?: AbortSignal | undefined
}

/** Makes `exporter` answer at once and send in its turn; its forceFlush and shutdown wait for what is under way. */
export function watchExporter<B>(
  exporter: Exporter<B>,
  watch: Watch<B>,
): Exporter<B> & { forceFlush(): Promise<void> } {
  const settle = (batch: B, error: Error | undefined) => {
    watch.settle(batch, error)
    if (error) reportLoss(watch.stats.signal, watch.count(batch), error)
  }
  const sender = new Sender<B>((batch, done) =>
    exportOnce(exporter, batch, watch, (error) => {
      settle(batch, error)
      done()
    }),
  )
  return {
    export: (batch, done) => {
      if (sender.waiting < (watch.maxWaiting ?? Number.POSITIVE_INFINITY)) sender.add(batch)
      else settle(batch, new Error('too many wait for a collector that does not answer'))
      done({ code: ExportResultCode.SUCCESS })
    },
    forceFlush: () => sender.flush(),
    shutdown: () => sender.flush().then(() => exporter.shutdown()),
  }
}

/** One export with exactly one outcome. */
function exportOnce<B>(exporter: Exporter<B>, batch: B, watch: Watch<B>, settle: (error?: Error) => void): void {
  const { timeoutMs, ending } = watch
  let open = true
  const finish = (error?: Error) => {
    if (!open) return
    open = false
    clearTimeout(timer)
    ending?.removeEventListener('abort', giveUp)
    settle(error)
  }
  const giveUp = () => finish(new Error('the process ended before the collector answered'))
  const timer = setTimeout(() => finish(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  timer.unref()
  ending?.addEventListener('abort', giveUp)
  if (ending?.aborted) {
    giveUp()
    return
  }
  try {
    watch.prepare?.(batch)
    exporter.export(batch, ({ code, error }) =>
      finish(code === ExportResultCode.SUCCESS ? undefined : (error ?? new Error('export failed'))),
    )
  } catch (error) {
    finish(error instanceof Error ? error : new Error(String(error)))
  }
}

// Watches exports. In: an exporter and the books of its signal. Out: the same exporter whose every outcome is counted,
// whose exceptions become failures, and which answers in the end even when the network never does.
import type { ExportResult } from '@opentelemetry/core'
import { ExportResultCode } from '@opentelemetry/core'
import type { SignalStats } from './signal-stats.ts'

type Done = (result: ExportResult) => void

/**
 * One export with exactly one outcome.
 * @param timeoutMs when the exporter has not answered by then, the items count as lost and their memory is given back.
 * @param ending tells that nobody waits for answers any more.
 */
export function watchExport(
  start: (done: Done) => void,
  settle: (error?: Error) => void,
  done: Done,
  timeoutMs: number,
  ending?: AbortSignal,
) {
  let open = true
  const finish = (result: ExportResult) => {
    if (!open) return
    open = false
    clearTimeout(timer)
    ending?.removeEventListener('abort', giveUp)
    settle(result.code === ExportResultCode.SUCCESS ? undefined : (result.error ?? new Error('export failed')))
    done(result)
  }
  const fail = (error: Error) => finish({ code: ExportResultCode.FAILED, error })
  const giveUp = () => fail(new Error('the process ended before the collector answered'))
  const timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  timer.unref()
  ending?.addEventListener('abort', giveUp)
  if (ending?.aborted) {
    giveUp()
    return
  }
  try {
    start(finish)
  } catch (error) {
    fail(error instanceof Error ? error : new Error(String(error)))
  }
}

interface ItemExporter<T extends object> {
  export(items: T[], done: Done): void
  shutdown(): Promise<void>
  forceFlush?(): Promise<void>
}

/** Counts what an exporter of spans or log records does; `prepare` sees each batch just before it is sent. */
export function watchItems<T extends object>(
  exporter: ItemExporter<T>,
  stats: SignalStats,
  timeoutMs: number,
  prepare: (items: T[]) => void = () => undefined,
  ending?: AbortSignal,
) {
  return {
    export(items: T[], done: Done): void {
      watchExport(
        (finish) => {
          prepare(items)
          exporter.export(items, finish)
        },
        (error) => stats.settle(items, error),
        done,
        timeoutMs,
        ending,
      )
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  }
}

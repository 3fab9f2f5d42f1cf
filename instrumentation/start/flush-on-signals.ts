// Flushes when the process is about to end. In: SIGTERM, SIGINT, or an event loop that ran dry. Out: queued telemetry is
// sent within a bound; whether and how the process ends stays what it would have been without us.
import type { Telemetry } from './start-telemetry.ts'

const FLUSH_MS = 3_000

export function flushOnSignals(telemetry: Telemetry): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const onSignal = () => {
      process.removeListener(signal, onSignal)
      if (process.listenerCount(signal) > 0) {
        // The app stops itself and still makes telemetry while it does: send what there is, do not shut down.
        void telemetry.flush(FLUSH_MS)
      } else void telemetry.shutdown(FLUSH_MS).finally(() => process.kill(process.pid, signal))
    }
    process.on(signal, onSignal)
  }
  flushWhenDry(telemetry)
}

/** Reached when nothing is left to do; not on process.exit() and not on a crash, which stay immediate. */
function flushWhenDry(telemetry: Telemetry): void {
  process.on('beforeExit', () => {
    const before = activeResources()
    const othersBegan = () => activeResources() > before
    // After the other listeners, and again after what they await: if they began something, the loop runs dry once more.
    process.nextTick(() => {
      if (othersBegan()) return
      setImmediate(() => {
        if (othersBegan()) return
        // The app is done and has heard of it; our sending must not make it hear of it again.
        process.removeAllListeners('beforeExit')
        void telemetry.shutdown(FLUSH_MS)
      })
    })
  })
}

const activeResources = () => process.getActiveResourcesInfo().length

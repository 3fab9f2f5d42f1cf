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
  // Reached when nothing is left to do; not on process.exit() and not on a crash, which stay immediate.
  process.once('beforeExit', () => {
    const before = activeResources()
    // After the other listeners for this moment (pino has one): what they began must not be cut off.
    process.nextTick(() => {
      const othersBegan = activeResources() > before
      void telemetry.shutdown(FLUSH_MS).finally(() => {
        // Only the retries of our own export keep the loop alive now.
        if (!othersBegan) process.exit()
      })
    })
  })
}

const activeResources = () => process.getActiveResourcesInfo().length

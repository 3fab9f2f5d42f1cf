// Flushes when the process is asked to stop. In: SIGTERM, SIGINT, or an event loop that ran dry. Out: queued telemetry
// is sent within a bound; whether and how the process ends stays what it would have been without us.
import type { Telemetry } from './start-telemetry.ts'

const FLUSH_MS = 3_000

export function flushOnSignals(telemetry: Telemetry): void {
  let flushed: Promise<void> | undefined
  const flush = () => {
    flushed ??= telemetry.shutdown(FLUSH_MS)
    return flushed
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const onSignal = () => {
      process.removeListener(signal, onSignal)
      // The app stops itself when it listens too; it still makes telemetry while it stops, so flush when it is done.
      if (process.listenerCount(signal) > 0) return
      void flush().finally(() => process.kill(process.pid, signal))
    }
    process.on(signal, onSignal)
  }
  // Reached when nothing is left to do; not on process.exit() and not on a crash, which stay immediate.
  process.once('beforeExit', () => void flush())
}

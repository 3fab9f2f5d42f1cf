// Preload: `node --import spanledger/register app.js`. In: OTEL_* variables. Out: telemetry started before the app's
// first import, so that its libraries can be instrumented, ES modules included.
import { flushOnSignals } from './start/flush-on-signals.ts'
import { preloadImportHooks } from './start/import-hooks.ts'
import { startTelemetry } from './start/start-telemetry.ts'

if (process.env.OTEL_SDK_DISABLED?.toLowerCase() !== 'true') {
  const hooksAreReady = await preloadImportHooks()
  flushOnSignals(startTelemetry())
  await hooksAreReady()
}

// Preload: `node --import spanledger/register app.js`. In: OTEL_* variables. Out: telemetry started before the app's
// first import, so that its libraries can be instrumented, ES modules included.
import { register } from 'node:module'
import { register as registerSync, supportsSyncHooks } from 'import-in-the-middle/register-hooks.mjs'
import { flushOnSignals } from './start/flush-on-signals.ts'
import { startTelemetry } from './start/start-telemetry.ts'

if (process.env.OTEL_SDK_DISABLED?.toLowerCase() !== 'true') {
  // Node versions whose in-thread hooks cannot load CommonJS yet get the hook thread.
  if (supportsSyncHooks()) registerSync()
  else register('import-in-the-middle/hook.mjs', import.meta.url)
  flushOnSignals(startTelemetry())
}

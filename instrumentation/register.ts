// Preload: `node --import spanledger/register app.js`. In: OTEL_* variables. Out: telemetry started before the app's
// first import, so that its libraries can be instrumented, ES modules included.
import { register } from 'node:module'
import { detectResources, hostDetector } from '@opentelemetry/resources'
import { register as registerSync, supportsSyncHooks } from 'import-in-the-middle/register-hooks.mjs'
import { flushOnSignals } from './start/flush-on-signals.ts'
import { startTelemetry } from './start/start-telemetry.ts'

if (process.env.OTEL_SDK_DISABLED?.toLowerCase() !== 'true') {
  // Node versions whose in-thread hooks cannot load CommonJS yet get the hook thread.
  if (supportsSyncHooks()) registerSync()
  else {
    register('import-in-the-middle/hook.mjs', import.meta.url)
    await loadHostDetector()
  }
  flushOnSignals(startTelemetry())
}

/**
 * The host's id is read by a module that is imported when it is asked for. Until 22.18 Node crashes where the app's
 * require() meets a module that is being imported (nodejs/node#59366), so that import has to be over before the app.
 */
async function loadHostDetector(): Promise<void> {
  await detectResources({ detectors: [hostDetector] }).waitForAsyncAttributes?.()
}

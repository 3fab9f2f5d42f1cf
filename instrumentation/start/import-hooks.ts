// Lets libraries be instrumented that ES modules import. In: this Node's version. Out: hooks for every later import, or a
// warning that says how to get them.
import { createRequire, register } from 'node:module'
import { diag } from '@opentelemetry/api'
import { detectResources, hostDetector } from '@opentelemetry/resources'
import { register as registerInThread, supportsSyncHooks } from 'import-in-the-middle/register-hooks.mjs'

let hooked = false

/** For the preload: where this Node's hooks in this thread cannot load CommonJS yet, a hook thread. */
export async function preloadImportHooks(): Promise<void> {
  if (supportsSyncHooks()) return
  hooked = true
  register('import-in-the-middle/hook.mjs', import.meta.url)
  await loadHostDetector()
}

/** Hooks for whatever is imported from now on; CommonJS needs none. */
export function hookImports(): void {
  if (hooked) return
  hooked = true
  if (supportsSyncHooks()) registerInThread()
  else if (createRequire(import.meta.url).main === undefined) {
    diag.warn(
      `startTelemetry() cannot instrument what ES modules import under Node ${process.version} (22.22.3, 24.11.1 or later can): start the app with node --import spanledger/register`,
    )
  }
}

/**
 * The host's id is read by a module that is imported when it is asked for. Until 22.18 Node crashes where the app's
 * require() meets a module that is being imported (nodejs/node#59366), so that import has to be over before the app.
 */
async function loadHostDetector(): Promise<void> {
  await detectResources({ detectors: [hostDetector] }).waitForAsyncAttributes?.()
}

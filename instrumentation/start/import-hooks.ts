// Lets libraries be instrumented that ES modules import. In: this Node's version. Out: hooks for later imports, or a warning
// that says how to get them. Only what some instrumentation asks for is wrapped: an export of a wrapped module that takes
// another value later (`export let`) is seen late, which breaks the app's own modules, and openai 4 at its start.
import { createRequire, isBuiltin, register } from 'node:module'
import { receiveMessageOnPort } from 'node:worker_threads'
import { diag } from '@opentelemetry/api'
import { detectResources, hostDetector } from '@opentelemetry/resources'
import { createAddHookMessageChannel } from 'import-in-the-middle'
import { register as registerInThread, supportsSyncHooks } from 'import-in-the-middle/register-hooks.mjs'

let hooked = false
let takeNames: () => void = () => undefined

/**
 * For the preload: where this Node's hooks in this thread cannot load CommonJS yet, a hook thread.
 * @returns what to await once the instrumentations are there, so that the hooks know of them.
 */
export async function preloadImportHooks(): Promise<() => Promise<void>> {
  if (supportsSyncHooks()) return () => Promise.resolve()
  hooked = true
  const { registerOptions, waitForAllMessagesAcknowledged } = createAddHookMessageChannel()
  register('import-in-the-middle/hook.mjs', import.meta.url, registerOptions)
  await loadHostDetector()
  return waitForAllMessagesAcknowledged
}

/** Hooks for what instrumentations made from now on ask for; CommonJS needs none. */
export function hookImports(): void {
  if (hooked) return
  hooked = true
  if (supportsSyncHooks()) hookInThread()
  else if (createRequire(import.meta.url).main === undefined) {
    diag.warn(
      `startTelemetry() cannot instrument what ES modules import under Node ${process.version} (22.22.3, 24.11.1 or later can): start the app with node --import spanledger/register`,
    )
  }
}

function hookInThread(): void {
  const include: string[] = []
  const { addHookMessagePort } = createAddHookMessageChannel()
  const add = (names: string[]) => {
    for (const name of names) include.push(name, ...(isBuiltin(name) ? [`node:${name}`] : []))
  }
  registerInThread({ include })
  // Of instrumentations that the app adds later.
  addHookMessagePort.on('message', add).unref()
  takeNames = () => {
    for (let next = receiveMessageOnPort(addHookMessagePort); next; next = receiveMessageOnPort(addHookMessagePort))
      add(next.message as string[])
  }
}

/** Makes the hooks of this thread know of all instrumentations there are, before anything is imported. */
export const settleImportHooks = (): void => takeNames()

/**
 * The host's id is read by a module that is imported when it is asked for. Until 22.18 Node crashes where the app's
 * require() meets a module that is being imported (nodejs/node#59366), so that import has to be over before the app.
 */
async function loadHostDetector(): Promise<void> {
  await detectResources({ detectors: [hostDetector] }).waitForAsyncAttributes?.()
}

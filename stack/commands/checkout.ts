// Where this checkout keeps things. In: the environment. Out: paths and the context services are made from.
import { join, resolve } from 'node:path'
import { cacheDir } from '../components.ts'
import { stackEnvironment } from '../env-file.ts'
import type { StackContext } from '../services/context.ts'
import { loadSettings } from '../settings.ts'

export const ROOT = resolve(import.meta.dirname, '../..')
export const STATE_DIR = join(ROOT, '.spanledger')
export const ENV_FILE = join(ROOT, '.env')

/** @throws ConfigError when `.env` lacks a secret or holds a malformed value. */
export function checkoutContext(): StackContext {
  const settings = loadSettings(stackEnvironment(ENV_FILE))
  return { ...settings, root: ROOT, stateDir: STATE_DIR, cache: cacheDir(settings.given) }
}

// State of the whole process. In: a name and how to make it. Out: the same object for every copy of this library, of this
// version: a bundler puts one into the app, beside the one that the preload started.
import { VERSION } from './version.ts'

export function processState<T extends object>(name: string, create: () => T): T {
  const shared = globalThis as { [key: symbol]: unknown }
  const key = Symbol.for(`spanledger ${VERSION} ${name}`)
  shared[key] ??= create()
  return shared[key] as T
}

// What every service definition is made from.
import { join } from 'node:path'
import type { Settings } from '../settings.ts'
import type { ServiceDefinition } from '../supervisor/types.ts'

export interface StackContext extends Settings {
  /** The checkout. */
  root: string
  /** Folder for data, logs and rendered configuration. */
  stateDir: string
  /** Folder of the built components. */
  cache: string
}

export const HOST = '127.0.0.1'

/** A service's own data folder. */
export const dataDir = (context: StackContext, name: string): string => join(context.stateDir, 'data', name)

/** Defaults that most services share. */
export const serviceDefaults = (context: StackContext) =>
  ({
    cwd: context.root,
    kind: 'service',
    dependsOn: [],
    env: {},
    startTimeoutMs: 60_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 10_000,
  }) satisfies Partial<ServiceDefinition>

/** Postgres URL of one role. */
export const postgresUrl = ({ ports }: StackContext, role: string, password: string): string =>
  `postgres://${role}:${encodeURIComponent(password)}@${HOST}:${ports.POSTGRES_PORT}/spanledger`

// The stack as a library, for tests and benchmarks. In: which services, on which ports, in which folder. Out: a handle to
// a running stack that ends with `stop()`.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { cacheDir } from './components.ts'
import { freePorts, portConflicts } from './ports.ts'
import type { StackContext } from './services/context.ts'
import { postgresUrl } from './services/context.ts'
import { superuserUrl } from './services/postgres.ts'
import { SERVICE_NAMES, type ServiceName, stackServices } from './services.ts'
import { generateSecrets, loadSettings, type Ports, type Secrets } from './settings.ts'
import { createSupervisor } from './supervisor/supervisor.ts'
import type { ServiceStatus } from './supervisor/types.ts'

export interface StartStackOptions {
  /** Services to run; all by default. Dependencies that are not named are not started. */
  services?: readonly ServiceName[]
  /** Services to leave out of `services`. */
  without?: readonly ServiceName[]
  /** Fixed ports; a free one is found for every other. */
  ports?: Partial<Ports>
  /** Variables as `.env` would give them, e.g. `PROMETHEUS_SCRAPE_INTERVAL: '2s'`. Secrets that are absent are generated. */
  env?: Record<string, string>
  /** Folder for data and logs; a temporary one by default, removed by `stop()`. */
  stateDir?: string
  /** How long all services together may take to become healthy. */
  timeoutMs?: number
}

export interface Stack {
  ports: Ports
  secrets: Secrets
  stateDir: string
  /** Postgres URL of one role. */
  databaseUrl(role: 'postgres' | 'spanledger_writer' | 'spanledger_api' | 'spanledger_reader'): string
  statuses(): ServiceStatus[]
  /** Everything the service wrote to its output so far. */
  logs(name: ServiceName): string
  /** Sends SIGKILL (or another signal); the supervisor restarts the service. */
  kill(name: ServiceName, signal?: NodeJS.Signals): void
  /** Stops one service until `startService`. */
  stopService(name: ServiceName): Promise<void>
  /** Starts a stopped service and waits until it is healthy. */
  startService(name: ServiceName, timeoutMs?: number): Promise<void>
  whenHealthy(name: ServiceName, timeoutMs?: number): Promise<void>
  stop(): Promise<void>
}

/** @throws Error with the last log lines of every service that is not healthy in time; nothing is left running then. */
export async function startStack(options: StartStackOptions = {}): Promise<Stack> {
  const ports = { ...(await freePorts()), ...options.ports }
  const given = {
    ...generateSecrets(options.env ?? {}),
    ...options.env,
    ...Object.fromEntries(Object.entries(ports).map(([name, value]) => [name, String(value)])),
  }
  const temporary = options.stateDir === undefined
  const stateDir = resolve(options.stateDir ?? (await mkdtemp(join(tmpdir(), 'spanledger-stack-'))))
  const root = resolve(import.meta.dirname, '..')
  const context: StackContext = { ...loadSettings(given), root, stateDir, cache: cacheDir() }
  const names = (options.services ?? SERVICE_NAMES).filter((name) => !options.without?.includes(name))
  const conflicts = await portConflicts(options.ports ?? {})
  if (conflicts.length > 0) throw new Error(conflicts.join('\n'))

  const supervisor = await createSupervisor({ stateDir, services: stackServices(context, names) })
  const stop = async () => {
    await supervisor.stop()
    if (temporary) await rm(stateDir, { recursive: true, force: true })
  }
  const settled = await supervisor.whenSettled(AbortSignal.timeout(options.timeoutMs ?? 180_000)).catch(() => undefined)
  const unhealthy = (settled ?? supervisor.statuses()).filter(({ state }) => state !== 'healthy' && state !== 'done')
  if (unhealthy.length > 0) {
    const reasons = unhealthy.map(({ name, state, detail }) => `${name}: ${state}${detail ? `, ${detail}` : ''}`)
    await stop()
    throw new Error(`the stack did not become healthy:\n  ${reasons.join('\n  ')}`)
  }
  const { secrets } = context
  const passwords = {
    spanledger_writer: secrets.WRITER_PASSWORD,
    spanledger_api: secrets.API_DATABASE_PASSWORD,
    spanledger_reader: secrets.READER_PASSWORD,
  }
  return {
    ports,
    secrets,
    stateDir,
    databaseUrl: (role) => (role === 'postgres' ? superuserUrl(context) : postgresUrl(context, role, passwords[role])),
    statuses: supervisor.statuses,
    logs: supervisor.logs,
    kill: supervisor.kill,
    stopService: supervisor.stopService,
    async startService(name, timeoutMs = 60_000) {
      supervisor.startService(name)
      await supervisor.whenHealthy(name, timeoutMs)
    },
    whenHealthy: (name, timeoutMs = 60_000) => supervisor.whenHealthy(name, timeoutMs),
    stop,
  }
}

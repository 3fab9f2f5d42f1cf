// The words of the supervisor: what a service is, and what state it can be in.
import type { Probe } from './probe.ts'

export interface ServiceDefinition {
  name: string
  /** One line for people: what the service does. */
  title: string
  /** Services that must have settled (healthy, done, left out or failed) before this one starts. */
  dependsOn: readonly string[]
  command: readonly [file: string, ...args: string[]]
  cwd: string
  /** The whole environment of the process, apart from what `baseEnvironment` passes on. */
  env: Record<string, string>
  /** Runs before every start: creates data folders, renders configuration. */
  prepare?: () => Promise<void>
  /** `task`: runs once to its end and must succeed. `service`: stays up and is restarted when it dies. */
  kind: 'service' | 'task'
  probe?: Probe
  /** How long the first start may take until the service counts as failed. */
  startTimeoutMs: number
  stopSignal: NodeJS.Signals
  /** How long after `stopSignal` the process group is killed. */
  stopTimeoutMs: number
  /** Address shown to people. */
  url?: string
}

/** A service that cannot run here, and what the stack lacks without it. */
export interface AbsentService {
  name: string
  title: string
  absent: string
}

export type ServiceState =
  | 'waiting' // for services it depends on
  | 'starting' // process runs, probe has not succeeded yet
  | 'healthy'
  | 'unhealthy' // was healthy, probe fails now
  | 'restarting' // died; starts again after the back-off
  | 'done' // task that ended well
  | 'failed' // task that ended badly, or a service that never became healthy in time
  | 'stopped' // on request
  | 'absent'

export interface ServiceStatus {
  name: string
  title: string
  state: ServiceState
  pid?: number
  restarts: number
  /** Start of the present process, milliseconds since the epoch. */
  startedAtMs?: number
  url?: string
  /** Why it is in this state, when that needs words. */
  detail?: string
}

/** States in which services that depend on this one may start. */
export const isSettled = (state: ServiceState): boolean =>
  state === 'healthy' || state === 'done' || state === 'failed' || state === 'absent' || state === 'stopped'

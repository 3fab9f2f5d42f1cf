// Runs a set of services. In: definitions (and what is absent), a state folder. Out: processes started in dependency
// order, restarted when they die, described in `state.json`; `stop` leaves nothing behind.
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { forgetProcess, rememberProcess } from './leftovers.ts'
import { logFileOf, reasonInLog, rotateLogs } from './logs.ts'
import { endGroup, startProcess } from './process-group.ts'
import { createRunner, type Runner } from './runner.ts'
import { claimState, type StateFile } from './state-file.ts'
import { type AbsentService, isSettled, type ServiceDefinition, type ServiceStatus } from './types.ts'

export interface Supervisor {
  statuses(): ServiceStatus[]
  /** Resolves when every service is healthy, done, absent or failed; rejects when the signal aborts. */
  whenSettled(signal?: AbortSignal): Promise<ServiceStatus[]>
  /** Resolves when one service is healthy (or done); rejects with its detail when it failed or time is up. */
  whenHealthy(name: string, timeoutMs: number): Promise<void>
  kill(name: string, signal?: NodeJS.Signals): void
  stopService(name: string): Promise<void>
  startService(name: string): void
  logs(name: string): string
  /** Stops everything, dependents first. */
  stop(): Promise<void>
}

export interface SupervisorOptions {
  stateDir: string
  services: readonly (ServiceDefinition | AbsentService)[]
  onChange?: (status: ServiceStatus) => void
}

/** @throws Error when another supervisor already runs on the same state folder. */
export async function createSupervisor({ stateDir, services, onChange }: SupervisorOptions): Promise<Supervisor> {
  mkdirSync(join(stateDir, 'logs'), { recursive: true, mode: 0o700 })
  const stateFile: StateFile = await claimState(stateDir)
  const runners = new Map<string, Runner>()
  const absent = new Map<string, ServiceStatus>()
  const statuses = () => services.flatMap(({ name }) => runners.get(name)?.status() ?? absent.get(name) ?? [])
  const listeners = new Set<() => void>()

  const effects = {
    async start(service: ServiceDefinition) {
      const started = await startProcess(service, stateDir)
      rememberProcess(stateDir, service, started)
      return started
    },
    async end(process: { pid: number; startedAt: string }, service: ServiceDefinition) {
      await endGroup(process, service.stopSignal, service.stopTimeoutMs)
      forgetProcess(stateDir, service.name)
    },
    sleep: (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => {}),
    nowMs: () => Date.now(),
    reasonInLog: (service: ServiceDefinition) => reasonInLog(stateDir, service.name),
    onChange(status: ServiceStatus) {
      const words = [status.state, status.pid ? `pid ${status.pid}` : '', status.detail ?? '']
        .filter(Boolean)
        .join(', ')
      appendFileSync(logFileOf(stateDir, 'supervisor'), `${new Date().toISOString()} ${status.name}: ${words}\n`)
      stateFile.write(statuses())
      onChange?.(status)
      for (const listener of listeners) listener()
    },
  }
  for (const service of services) {
    if ('absent' in service) {
      const { name, title, absent: detail } = service
      absent.set(name, { name, title, state: 'absent', restarts: 0, detail })
    } else runners.set(service.name, createRunner(service, effects))
  }
  stateFile.write(statuses())

  /** Services whose start waits for others; a service asked for by name starts at once and leaves this set. */
  const waiting = new Set(runners.keys())
  const beginReady = () => {
    for (const name of waiting) {
      const { dependsOn } = runnerOf(name).definition
      const ready = dependsOn.every((other) => {
        const state = runners.get(other)?.status().state
        return state === undefined || (state !== 'waiting' && isSettled(state))
      })
      if (!ready) continue
      waiting.delete(name)
      const failedTask = dependsOn.map((other) => runners.get(other)).find((other) => isFailedTask(other))
      if (failedTask) runnerOf(name).fail(`needs ${failedTask.definition.name}, which failed`)
      else runnerOf(name).begin()
    }
  }
  const runnerOf = (name: string): Runner => {
    const runner = runners.get(name)
    if (runner) return runner
    throw new Error(`no service ${name} runs here (running: ${[...runners.keys()].join(', ')})`)
  }

  /** Resolves as soon as `check` returns something, looking again after every change of any service. */
  const waitFor = <T>(check: () => T | undefined, signal?: AbortSignal): Promise<T> =>
    new Promise((resolve, reject) => {
      const stop = (settle: () => void) => {
        listeners.delete(look)
        signal?.removeEventListener('abort', abort)
        settle()
      }
      const abort = () => stop(() => reject(signal?.reason))
      const look = () => {
        try {
          const value = check()
          if (value !== undefined) stop(() => resolve(value))
        } catch (error) {
          stop(() => reject(error))
        }
      }
      listeners.add(look)
      signal?.addEventListener('abort', abort, { once: true })
      look()
    })

  listeners.add(beginReady)
  beginReady()
  const rotation = setInterval(() => rotateLogs(stateDir), 60_000).unref()

  return {
    statuses,
    whenSettled: (signal) =>
      waitFor(() => (statuses().every(({ state }) => isSettled(state)) ? statuses() : undefined), signal),
    async whenHealthy(name, timeoutMs) {
      const runner = runnerOf(name)
      const check = () => {
        const { state, detail } = runner.status()
        if (state === 'failed') throw new Error(`${name} failed: ${detail}`)
        return state === 'healthy' || state === 'done' ? true : undefined
      }
      await waitFor(check, AbortSignal.timeout(timeoutMs)).catch((error: Error) => {
        const { state, detail } = runner.status()
        if (error.name !== 'TimeoutError') throw error
        throw new Error(`${name} is not healthy after ${timeoutMs} ms: ${state}${detail ? `, ${detail}` : ''}`)
      })
    },
    kill(name, signal = 'SIGKILL') {
      if (!runnerOf(name).kill(signal))
        throw new Error(`${name} has no process: it is ${runnerOf(name).status().state}`)
    },
    stopService(name) {
      waiting.delete(name)
      return runnerOf(name).stop()
    },
    startService: (name) => runnerOf(name).begin(),
    logs: (name) => readFileSync(logFileOf(stateDir, name), 'utf8'),
    async stop() {
      clearInterval(rotation)
      listeners.delete(beginReady)
      waiting.clear()
      await stopInOrder(runners)
      await rm(join(stateDir, 'run'), { recursive: true, force: true })
      stateFile.release(statuses())
    },
  }
}

/** A service can wait for another service to come; a task that failed will not be run again by itself. */
const isFailedTask = (runner: Runner | undefined): boolean =>
  runner?.definition.kind === 'task' && runner.status().state === 'failed'

/** Each service stops once all that depend on it have stopped; independent ones stop side by side. */
async function stopInOrder(runners: Map<string, Runner>): Promise<void> {
  const stopped = new Map<string, Promise<void>>()
  const stop = (name: string): Promise<void> => {
    const known = stopped.get(name)
    if (known) return known
    const dependents = [...runners.values()].filter(({ definition }) => definition.dependsOn.includes(name))
    const promise = Promise.all(dependents.map(({ definition }) => stop(definition.name))).then(() =>
      runners.get(name)?.stop(),
    )
    stopped.set(name, promise)
    return promise
  }
  await Promise.all([...runners.keys()].map(stop))
}

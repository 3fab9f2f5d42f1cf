// The life of one service. In: its definition and the effects it needs (start, end, sleep, now). Out: a loop that
// prepares, starts, probes and restarts it, and a status after every change.
import { afterDeath, type BackOff, noDeaths } from './back-off.ts'
import type { RunningProcess } from './process-group.ts'
import type { ServiceDefinition, ServiceState, ServiceStatus } from './types.ts'

export interface RunnerEffects {
  start(service: ServiceDefinition): Promise<RunningProcess>
  end(process: RunningProcess, service: ServiceDefinition): Promise<void>
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  nowMs(): number
  onChange(status: ServiceStatus): void
  /** What the process wrote last about its failure. */
  reasonInLog(service: ServiceDefinition): string
}

export interface Runner {
  readonly definition: ServiceDefinition
  status(): ServiceStatus
  /** Begins the loop; does nothing while it runs. */
  begin(): void
  /** Gives up without a start, for the reason given. */
  fail(detail: string): void
  /** Ends the process and the loop; the state is `stopped` afterwards. */
  stop(): Promise<void>
  /** Sends a signal to the process, as a crash would; the loop then restarts it. False when none runs. */
  kill(signal: NodeJS.Signals): boolean
}

const PROBE_TIMEOUT_MS = 3_000
const PROBE_WHILE_STARTING_MS = 150
const PROBE_WHILE_HEALTHY_MS = 2_000
const FAILED_PROBES_UNTIL_UNHEALTHY = 2
/** A service without a probe counts as healthy once it has run this long. */
const STEADY_WITHOUT_PROBE_MS = 1_000
/** A service that was never healthy and died this often has a fault that a restart does not mend. */
const DEATHS_UNTIL_FAILED = 4

export function createRunner(definition: ServiceDefinition, effects: RunnerEffects): Runner {
  let status: ServiceStatus = {
    name: definition.name,
    title: definition.title,
    state: 'waiting',
    restarts: 0,
    ...(definition.url ? { url: definition.url } : {}),
  }
  let current: RunningProcess | undefined
  let loop: { done: Promise<void>; abort: AbortController } | undefined
  let wasHealthy = false

  const change = (state: ServiceState, patch: Partial<ServiceStatus> = {}) => {
    const { detail: _detail, ...kept } = status
    status = { ...kept, ...patch, state }
    effects.onChange(status)
  }
  const forget = () => {
    const { pid: _pid, startedAtMs: _startedAtMs, ...kept } = status
    status = kept
  }

  /** Probes until the process ends or the loop is told to stop. */
  async function watchHealth(signal: AbortSignal): Promise<void> {
    const startedMs = effects.nowMs()
    let failures = 0
    if (!definition.probe) {
      await effects.sleep(STEADY_WITHOUT_PROBE_MS, signal)
      if (signal.aborted) return
      wasHealthy = true
      return change('healthy')
    }
    while (!signal.aborted) {
      const problem = await definition.probe(AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)])).then(
        () => undefined,
        (error: Error) => error.message || error.name,
      )
      if (signal.aborted) return
      if (problem === undefined) {
        failures = 0
        wasHealthy = true
        if (status.state !== 'healthy') change('healthy')
      } else {
        failures += 1
        const late = effects.nowMs() - startedMs >= definition.startTimeoutMs
        if (status.state === 'healthy' && failures >= FAILED_PROBES_UNTIL_UNHEALTHY)
          change('unhealthy', { detail: problem })
        else if (status.state === 'starting' && late) {
          change('failed', { detail: `not healthy after ${definition.startTimeoutMs / 1000} s: ${problem}` })
        }
      }
      await effects.sleep(status.state === 'healthy' ? PROBE_WHILE_HEALTHY_MS : PROBE_WHILE_STARTING_MS, signal)
    }
  }

  /** Runs the process once. Returns how it ended, in words, and whether that was a success. */
  async function runOnce(signal: AbortSignal): Promise<{ ok: boolean; reason: string }> {
    try {
      await definition.prepare?.()
      if (signal.aborted) return { ok: true, reason: 'stopped' }
      current = await effects.start(definition)
    } catch (error) {
      return { ok: false, reason: (error as Error).message }
    }
    change('starting', { pid: current.pid, startedAtMs: effects.nowMs() })
    const probing = new AbortController()
    const health = definition.kind === 'service' ? watchHealth(AbortSignal.any([signal, probing.signal])) : undefined
    const stopped = new Promise<undefined>((resolve) => {
      if (signal.aborted) resolve(undefined)
      signal.addEventListener('abort', () => resolve(undefined), { once: true })
    })
    const exit = await Promise.race([current.exited, stopped])
    probing.abort()
    await health
    // Whatever the process left in its group must not hold its port when it starts again.
    await effects.end(current, definition)
    current = undefined
    forget()
    if (!exit) return { ok: true, reason: 'stopped' }
    return { ok: exit.code === 0, reason: exit.signal ? `killed by ${exit.signal}` : `ended with code ${exit.code}` }
  }

  async function live(signal: AbortSignal): Promise<void> {
    let backOff: BackOff = noDeaths
    while (!signal.aborted) {
      change('starting')
      const startedMs = effects.nowMs()
      const { ok, reason } = await runOnce(signal)
      if (signal.aborted) break
      if (definition.kind === 'task' && ok) return change('done')
      const { next, delayMs } = afterDeath(backOff, effects.nowMs() - startedMs)
      backOff = next
      const said = wasHealthy ? '' : effects.reasonInLog(definition)
      const detail = said ? `${reason}: ${said}` : reason
      if (!wasHealthy && next.deaths >= DEATHS_UNTIL_FAILED) return change('failed', { detail })
      change('restarting', { restarts: status.restarts + 1, detail: `${reason}, starts again in ${delayMs / 1000} s` })
      await effects.sleep(delayMs, signal)
    }
    change('stopped')
  }

  return {
    definition,
    status: () => status,
    begin() {
      if (loop) return
      const abort = new AbortController()
      const done = live(abort.signal).finally(() => {
        loop = undefined
      })
      loop = { done, abort }
    },
    fail: (detail) => change('failed', { detail }),
    async stop() {
      const running = loop
      running?.abort.abort()
      await running?.done
      if (status.state !== 'stopped') change('stopped')
    },
    kill(signal) {
      if (!current) return false
      process.kill(current.pid, signal)
      return true
    },
  }
}

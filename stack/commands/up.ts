// `up` on this machine without Docker: installs, starts the supervisor in the background, waits until everything is
// healthy, prints the URLs, and (unless detached) reports changes until Ctrl-C, which stops everything.
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Listr, type ListrTask } from 'listr2'
import { portConflicts } from '../ports.ts'
import { portsOf, stackServices } from '../services.ts'
import { endLeftovers } from '../supervisor/leftovers.ts'
import { liveSupervisor, readState, type StackState } from '../supervisor/state-file.ts'
import { isSettled, type ServiceStatus } from '../supervisor/types.ts'
import { checkoutContext, STATE_DIR } from './checkout.ts'
import { down } from './down.ts'
import { install } from './install.ts'
import { loadDemo } from './load-demo.ts'
import { urlTable } from './status.ts'

const LOOK_EVERY_MS = 200

/** Returns false when a service is not healthy. */
export async function up({ detach, demo }: { detach: boolean; demo: boolean }): Promise<boolean> {
  if (liveSupervisor(STATE_DIR)) {
    console.log('The stack already runs here (`make down` stops it).\n')
    const ok = showServices()
    return demo ? (await loadDemo(checkoutContext())) && ok : ok
  }
  await install()
  const leftovers = await endLeftovers(STATE_DIR)
  if (leftovers.length > 0) console.log(`Ended what an earlier run had left: ${leftovers.join(', ')}`)
  const context = checkoutContext()
  const definitions = stackServices(context)
  const conflicts = await portConflicts(portsOf(context, definitions))
  if (conflicts.length > 0) throw new Error(conflicts.join('\n'))

  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupted.abort())
  const hasEnded = startSupervisor()
  const ok = await waitUntilSettled(
    definitions.map(({ name }) => name),
    interrupted.signal,
    hasEnded,
  )
  if (interrupted.signal.aborted) return stopped()
  console.log('')
  showServices()
  const loaded = !demo || (await loadDemo(context))
  if (interrupted.signal.aborted) return stopped()
  if (detach) {
    console.log('Runs in the background: make status, make logs S=<service>, make down')
    return ok && loaded
  }
  console.log('Ctrl-C stops everything. In another terminal: make status, make logs S=<service>')
  await reportChanges(interrupted.signal)
  return stopped()
}

async function stopped(): Promise<true> {
  console.log('\nStopping …')
  await down()
  return true
}

const services = (): ServiceStatus[] => readState(STATE_DIR)?.services ?? []

/** The URLs, and what is not there and why. Returns false when a service failed. */
function showServices(): boolean {
  console.log(`${urlTable(services())}\n`)
  for (const { name, state, detail } of services()) {
    if (state === 'absent') console.log(`absent: ${name}: ${detail}`)
    if (state === 'failed') {
      console.log(`✖ ${name} failed: ${detail}\n  make logs S=${name} shows more, make start S=${name} tries again`)
    }
  }
  return services().every(({ state }) => state !== 'failed')
}

/** Starts `main.ts supervise` in a session of its own; returns a function that tells whether it ended. */
function startSupervisor(): () => boolean {
  // Logs name people and organisations: for nobody but who runs the stack.
  mkdirSync(join(STATE_DIR, 'logs'), { recursive: true, mode: 0o700 })
  const log = openSync(join(STATE_DIR, 'logs', 'supervisor.log'), 'a')
  const script = join(import.meta.dirname, '..', 'main.ts')
  const child = spawn(process.execPath, [script, 'supervise'], { detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  let ended = false
  child.once('exit', () => {
    ended = true
  })
  child.unref()
  return () => ended
}

async function waitUntilSettled(names: string[], signal: AbortSignal, hasEnded: () => boolean): Promise<boolean> {
  const stateOf = (name: string): ServiceStatus | undefined =>
    liveSupervisor(STATE_DIR) ? services().find((service) => service.name === name) : undefined
  const tasks: ListrTask[] = names.map((name) => ({
    title: name,
    task: async (_, task) => {
      const startedMs = Date.now()
      let shown = ''
      for (;;) {
        if (signal.aborted) throw new Error(`${name}: interrupted`)
        if (hasEnded())
          throw new Error(`${name}: the supervisor ended; see ${join(STATE_DIR, 'logs', 'supervisor.log')}`)
        const status = stateOf(name)
        if (status?.state === 'absent') return task.skip(`${name}: ${status.detail}`)
        // A terminal shows the present state; a log file gets it only when it says more than the final line will.
        const words = [status?.state, status?.detail].filter(Boolean).join(': ')
        if (words !== shown && (process.stdout.isTTY || status?.detail)) task.output = words
        shown = words
        if (status?.state === 'failed') throw new Error(`${name}: ${status.detail}`)
        if (status && isSettled(status.state)) break
        await sleep(LOOK_EVERY_MS)
      }
      task.title = `${name} ${stateOf(name)?.state ?? ''} after ${((Date.now() - startedMs) / 1000).toFixed(1)} s`
    },
  }))
  const list = new Listr(tasks, {
    concurrent: true,
    exitOnError: false,
    collectErrors: true,
    registerSignalListeners: false,
  })
  await list.run()
  return (list.errors ?? []).length === 0
}

/** One line for each change of a service's state, until the signal or until the supervisor is gone. */
async function reportChanges(signal: AbortSignal): Promise<void> {
  let before = stateById(readState(STATE_DIR))
  while (!signal.aborted) {
    await sleep(500, undefined, { signal }).catch(() => {})
    if (signal.aborted) return
    if (!liveSupervisor(STATE_DIR)) {
      console.log('The stack was stopped from elsewhere.')
      return
    }
    const now = stateById(readState(STATE_DIR))
    for (const [name, status] of now) {
      const old = before.get(name)
      if (old?.state === status.state && old.restarts === status.restarts) continue
      const detail = status.detail ? `: ${status.detail}` : ''
      console.log(`${new Date().toLocaleTimeString()} ${name} ${status.state} (restarts ${status.restarts})${detail}`)
    }
    before = now
  }
}

const stateById = (state: StackState | undefined) =>
  new Map((state?.services ?? []).map((status) => [status.name, status]))

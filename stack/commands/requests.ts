// What `make stop S=…` and `make start S=…` ask of the supervisor, which is another process. In: a state folder. Out: files in
// it: `held/<service>` as long as the service is to stay stopped, `tried/<service>` until a failed one is started once more.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { liveSupervisor, readState } from '../supervisor/state-file.ts'
import type { Supervisor } from '../supervisor/supervisor.ts'

const heldDir = (stateDir: string) => join(stateDir, 'held')
const triedDir = (stateDir: string) => join(stateDir, 'tried')

/** @returns what now happens, for people. @throws Error when nothing can. */
export function requestStop(stateDir: string, name: string): string {
  requireService(stateDir, name)
  writeFileSync(join(heldDir(stateDir), name), '')
  return `${name} is being stopped; \`make start S=${name}\` starts it again.`
}

/** @returns what now happens, for people. @throws Error when nothing can. */
export function requestStart(stateDir: string, name: string): string {
  const { state } = requireService(stateDir, name)
  rmSync(join(heldDir(stateDir), name), { force: true })
  if (state === 'failed') writeFileSync(join(triedDir(stateDir), name), '')
  return `${name} is being started; \`make status\` shows when it is healthy.`
}

function requireService(stateDir: string, name: string) {
  if (!liveSupervisor(stateDir)) throw new Error('the stack is not running here; `make up` starts it')
  const services = readState(stateDir)?.services ?? []
  const service = services.find((one) => one.name === name)
  if (!service) {
    const known = services.map((one) => one.name).join(', ')
    throw new Error(
      `${name === '' ? 'say which, S=<service>' : `no service ${JSON.stringify(name)}`}; services: ${known}`,
    )
  }
  if (service.state === 'absent') throw new Error(`${name} does not run here: ${service.detail}`)
  return service
}

/** Forgets what was asked of an earlier supervisor. Returns a function that does what has been asked since its last call. */
export function createRequestFollower(supervisor: Supervisor, stateDir: string): () => void {
  for (const dir of [heldDir(stateDir), triedDir(stateDir)]) {
    rmSync(dir, { recursive: true, force: true })
    mkdirSync(dir, { recursive: true })
  }
  const holding = new Set<string>()
  return () => {
    const held = new Set(readdirSync(heldDir(stateDir)))
    const tried = new Set(readdirSync(triedDir(stateDir)))
    for (const { name, state } of supervisor.statuses()) {
      if (state === 'absent') continue
      if (held.has(name) && !holding.has(name)) {
        holding.add(name)
        void supervisor.stopService(name)
      } else if (!held.has(name) && holding.has(name) && state === 'stopped') {
        holding.delete(name)
        supervisor.startService(name)
      }
      if (!tried.has(name)) continue
      // Asked again until it is seen to start: one that has failed just now has not quite ended.
      if (state === 'failed') supervisor.startService(name)
      else rmSync(join(triedDir(stateDir), name), { force: true })
    }
  }
}

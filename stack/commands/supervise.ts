// `supervise`: the background process behind `make up`. In: `.env`, requests as files in `.spanledger/held/`. Out: running
// services until SIGTERM or SIGINT.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SERVICE_NAMES, type ServiceName, stackServices } from '../services.ts'
import { createSupervisor, type Supervisor } from '../supervisor/supervisor.ts'
import { checkoutContext, STATE_DIR } from './checkout.ts'

const HELD_DIR = join(STATE_DIR, 'held')
const LOOK_EVERY_MS = 250

/** Runs until a signal asks it to stop and everything is down. */
export async function supervise(): Promise<void> {
  rmSync(HELD_DIR, { recursive: true, force: true })
  mkdirSync(HELD_DIR, { recursive: true })
  const signal = new Promise<void>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => resolve())
  })
  const supervisor = await createSupervisor({ stateDir: STATE_DIR, services: stackServices(checkoutContext()) })
  const timer = setInterval(() => followRequests(supervisor), LOOK_EVERY_MS)
  await signal
  clearInterval(timer)
  await supervisor.stop()
}

/** A file named after a service holds it stopped; without the file it runs. */
function followRequests(supervisor: Supervisor): void {
  const held = new Set(readdirSync(HELD_DIR))
  for (const { name, state } of supervisor.statuses()) {
    if (state === 'absent') continue
    const isHeld = holding.has(name)
    if (held.has(name) && !isHeld) {
      holding.add(name)
      void supervisor.stopService(name)
    } else if (!held.has(name) && isHeld && state === 'stopped') {
      holding.delete(name)
      supervisor.startService(name)
    }
  }
}

const holding = new Set<string>()

/** `stop S=…` and `start S=…`: asks the supervisor of this checkout to hold or release one service. */
export function holdService(name: string, hold: boolean): void {
  if (!SERVICE_NAMES.includes(name as ServiceName)) {
    throw new Error(`no service ${JSON.stringify(name)}; services: ${SERVICE_NAMES.join(', ')}`)
  }
  if (!existsSync(HELD_DIR)) throw new Error('the stack is not running here; `make up` starts it')
  if (hold) writeFileSync(join(HELD_DIR, name), '')
  else rmSync(join(HELD_DIR, name), { force: true })
}

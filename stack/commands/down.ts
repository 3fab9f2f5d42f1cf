// `down`: stops everything that belongs to this checkout, also what a killed supervisor left. `clean` removes its data too.
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { endLeftovers } from '../supervisor/leftovers.ts'
import { isSameProcess } from '../supervisor/process-identity.ts'
import { liveSupervisor } from '../supervisor/state-file.ts'
import { STATE_DIR } from './checkout.ts'

/** Longer than the slowest service's own limit; then the supervisor is ended by force and its processes with it. */
const PATIENCE_MS = 45_000

export async function down(stateDir = STATE_DIR): Promise<void> {
  const supervisor = liveSupervisor(stateDir)
  if (supervisor) {
    process.kill(supervisor.pid, 'SIGTERM')
    const deadlineMs = Date.now() + PATIENCE_MS
    while (isSameProcess(supervisor) && Date.now() < deadlineMs) await sleep(50)
    if (isSameProcess(supervisor)) process.kill(supervisor.pid, 'SIGKILL')
  }
  const leftovers = await endLeftovers(stateDir)
  if (leftovers.length > 0) console.log(`Ended what an earlier run had left: ${leftovers.join(', ')}`)
  console.log(supervisor || leftovers.length > 0 ? 'Everything is stopped.' : 'Nothing was running.')
}

/** Removes all data of this checkout's stack; `.env` and the component cache stay. */
export async function clean(): Promise<void> {
  await down()
  await rm(STATE_DIR, { recursive: true, force: true })
  console.log(`Removed ${STATE_DIR}. Kept: .env, node_modules and the component cache.`)
}

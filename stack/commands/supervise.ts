// `supervise`: the background process behind `make up`. In: `.env`, requests of other processes. Out: running services until
// SIGTERM or SIGINT.
import { stackServices } from '../services.ts'
import { createSupervisor } from '../supervisor/supervisor.ts'
import { checkoutContext, STATE_DIR } from './checkout.ts'
import { createRequestFollower } from './requests.ts'

const LOOK_EVERY_MS = 250

/** Runs until a signal asks it to stop and everything is down. */
export async function supervise(): Promise<void> {
  const signal = new Promise<void>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => resolve())
  })
  const supervisor = await createSupervisor({ stateDir: STATE_DIR, services: stackServices(checkoutContext()) })
  const timer = setInterval(createRequestFollower(supervisor, STATE_DIR), LOOK_EVERY_MS)
  await signal
  clearInterval(timer)
  await supervisor.stop()
}

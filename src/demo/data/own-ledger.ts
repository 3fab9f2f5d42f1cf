// A ledger process of the run's own, on a free port. In: the writer's database URL. Out: its address, once it is ready.
// The same program as the running ledger, so the same door; but the live one's counters, from which spend alerts are
// computed, do not see months of history arrive within minutes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.ts'

export interface OwnLedger {
  url: string
  close(): Promise<void>
}

const MAIN = resolve(import.meta.dirname, '../../ledger/main.ts')
const READY_TIMEOUT_MS = 30_000

/** @throws Error with the ledger's own words when it does not become ready. */
export async function startOwnLedger(options: { databaseUrl: string; maxPastDays: number }): Promise<OwnLedger> {
  const port = await freePort()
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH,
      LEDGER_PORT: String(port),
      LEDGER_DATABASE_URL: options.databaseUrl,
      LEDGER_MAX_PAST_DAYS: String(options.maxPastDays),
      LEDGER_LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-4_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const url = `http://127.0.0.1:${port}`
  const deadline = Date.now() + READY_TIMEOUT_MS
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the ledger did not start:\n${output}`)
    const ready = await fetch(`${url}/readyz`).catch(() => undefined)
    if (ready?.ok) break
    if (Date.now() > deadline) {
      child.kill()
      throw new Error(`the ledger was not ready within ${READY_TIMEOUT_MS / 1000} s:\n${output}`)
    }
    await delay(100)
  }
  return {
    url,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

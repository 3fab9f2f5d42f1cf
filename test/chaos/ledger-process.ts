// The ledger as its own process, to be killed. In: a database and a port. Out: start, stop, kill, a jumping clock.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { pollUntil } from '../support/poll.ts'

const MAIN = fileURLToPath(new URL('../../src/ledger/main.ts', import.meta.url))
const CLOCK = fileURLToPath(new URL('./clock-preload.ts', import.meta.url))

export interface LedgerProcess {
  start: () => Promise<void>
  /** SIGKILL. False when there was no process to kill. */
  kill: () => Promise<boolean>
  /** SIGTERM; resolves with the exit code. */
  terminate: () => Promise<number | null>
  /** Sets its wall clock this far from the real one; resolves when it reads that time. Over with the process. */
  setClock: (offsetMs: number) => Promise<void>
  residentBytes: () => Promise<number>
}

export function createLedgerProcess(
  databaseUrl: string,
  port: number,
  env: Record<string, string> = {},
): LedgerProcess {
  let running: ChildProcess | undefined
  const end = async (signal: NodeJS.Signals): Promise<{ alive: boolean; code: number | null }> => {
    const ending = running
    running = undefined
    if (!ending || ending.exitCode !== null || ending.signalCode !== null)
      return { alive: false, code: ending?.exitCode ?? null }
    const exited = once(ending, 'exit')
    ending.kill(signal)
    const [code] = (await exited) as [number | null]
    return { alive: true, code }
  }
  return {
    async start() {
      if (running && running.exitCode === null && running.signalCode === null) return
      const output = process.env.SPANLEDGER_CHAOS_LOGS ? 'inherit' : 'ignore'
      running = spawn(process.execPath, ['--import', CLOCK, MAIN], {
        stdio: ['ignore', output, output, 'ipc'],
        env: {
          PATH: process.env.PATH,
          LEDGER_DATABASE_URL: databaseUrl,
          LEDGER_PORT: String(port),
          LEDGER_LOG_LEVEL: process.env.SPANLEDGER_CHAOS_LOGS ?? 'silent',
          ...env,
        },
      })
      await pollUntil(
        'the ledger is up',
        async () => {
          const response = await fetch(`http://127.0.0.1:${port}/livez`)
          await response.arrayBuffer()
        },
        { everyMs: 30 },
      )
    },
    kill: async () => (await end('SIGKILL')).alive,
    terminate: async () => (await end('SIGTERM')).code,
    async setClock(offsetMs) {
      if (!running) throw new Error('no ledger is running')
      const answered = once(running, 'message')
      running.send({ clockOffsetMs: offsetMs })
      const [{ nowMs }] = (await answered) as [{ nowMs: number }]
      const isMs = nowMs - Date.now()
      if (Math.abs(isMs - offsetMs) > 60_000) throw new Error(`the clock is off by ${isMs} ms, not by ${offsetMs}`)
    },
    async residentBytes() {
      const { readFile } = await import('node:fs/promises')
      const status = await readFile(`/proc/${running?.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024
    },
  }
}

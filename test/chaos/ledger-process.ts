// The ledger as its own process, to be killed. In: a database and a port. Out: start, stop, kill.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { pollUntil } from '../support/poll.ts'

const MAIN = fileURLToPath(new URL('../../src/ledger/main.ts', import.meta.url))

export interface LedgerProcess {
  start: () => Promise<void>
  kill: () => Promise<void>
  /** SIGTERM; resolves with the exit code. */
  terminate: () => Promise<number | null>
  residentBytes: () => Promise<number>
}

export function createLedgerProcess(
  databaseUrl: string,
  port: number,
  env: Record<string, string> = {},
): LedgerProcess {
  let running: ChildProcess | undefined
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const ending = running
    running = undefined
    if (!ending || ending.exitCode !== null) return ending?.exitCode ?? null
    const exited = once(ending, 'exit')
    ending.kill(signal)
    const [code] = (await exited) as [number | null]
    return code
  }
  return {
    async start() {
      running = spawn(process.execPath, [MAIN], {
        stdio: process.env.SPANLEDGER_CHAOS_LOGS ? 'inherit' : 'ignore',
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
    kill: async () => {
      await end('SIGKILL')
    },
    terminate: () => end('SIGTERM'),
    async residentBytes() {
      const { readFile } = await import('node:fs/promises')
      const status = await readFile(`/proc/${running?.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024
    },
  }
}

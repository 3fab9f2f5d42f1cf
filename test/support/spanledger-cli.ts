// The command line as an operator runs it, against one database. In: arguments. Out: what it printed and its exit code.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { inherited } from './third-party.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface CliResult {
  code: number
  stdout: string
  stderr: string
}

export function spanledger(databaseUrl: string, args: string[], env: Record<string, string> = {}): Promise<CliResult> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [MAIN, ...args],
      { env: { ...inherited(), SPANLEDGER_DATABASE_URL: databaseUrl, ...env } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    )
  })
}

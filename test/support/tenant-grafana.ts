// `spanledger tenant grafana` as an operator runs it. In: the database, arguments, environment. Out: what it printed.
import { resolve } from 'node:path'
import { execa } from 'execa'
import type { TestDatabase } from './test-database.ts'

const CLI = resolve(import.meta.dirname, '../../src/cli/main.ts')

/** @throws with the command's output when it fails. */
export async function tenantGrafana(
  database: TestDatabase,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { stdout, stderr } = await execa(process.execPath, [CLI, 'tenant', 'grafana', ...args], {
    env: { SPANLEDGER_DATABASE_URL: database.ownerUrl, ...env },
  })
  return stdout + stderr
}

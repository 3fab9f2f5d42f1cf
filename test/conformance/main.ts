// `npm run conformance -- URL [--token TOKEN] [--rule OTLP]`: runs the vectors against any OTLP/HTTP endpoint.
// Out: one line per vector that fails, then `N passed, N failed`.
import { parseArgs } from 'node:util'
import { runVector } from './run-vector.ts'
import { conformanceVectors } from './vectors.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { token: { type: 'string' }, rule: { type: 'string' }, verbose: { type: 'boolean' } },
})
const [url] = positionals
if (!url || !URL.canParse(url)) {
  console.error('usage: npm run conformance -- URL [--token TOKEN] [--rule OTLP|HTTP|Spanledger] [--verbose]')
  process.exit(2)
}
const totals = { passed: 0, failed: 0 }
for (const vector of conformanceVectors()) {
  if (values.rule && vector.rule !== values.rule) continue
  const problems = await runVector(url, values.token, vector)
  totals[problems.length === 0 ? 'passed' : 'failed'] += 1
  if (problems.length > 0 || values.verbose) {
    console.log(
      `${problems.length === 0 ? '✔' : '✖'} [${vector.rule}] ${vector.name}${problems.map((problem) => `\n    ${problem}`).join('')}`,
    )
  }
}
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exit(totals.failed === 0 ? 0 : 1)

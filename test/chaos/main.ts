// `node test/chaos/main.ts --cycles N --seed S [--fault NAME]`: the long form of the chaos suite. Each cycle is a case.
// Out: one line a cycle, what was wrong in it, then `N passed, N failed`.
import { parseArgs } from 'node:util'
import { FAULTS } from './faults.ts'
import { createWorld } from './world.ts'

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    fault: { type: 'string' },
    traces: { type: 'string', default: '60' },
  },
})
const seed = Number(values.seed)
const faults = values.fault ? [values.fault] : Object.keys(FAULTS)
const totals = { passed: 0, failed: 0 }
const byFault = new Map<string, number>()
console.log(`seed ${seed}, ${values.cycles} cycles`)
const world = await createWorld()
try {
  for (let cycle = 0; cycle < Number(values.cycles); cycle++) {
    const fault = faults[cycle % faults.length] as string
    const report = await world.cycle(fault, seed + cycle, { traces: Number(values.traces) })
    totals[report.problems.length === 0 ? 'passed' : 'failed'] += 1
    byFault.set(fault, (byFault.get(fault) ?? 0) + 1)
    console.log(
      `${report.problems.length === 0 ? '✔' : '✖'} ${cycle + 1} ${fault} (seed ${report.seed}): ${report.acknowledged} records acknowledged, ${report.interrupted} requests interrupted`,
    )
    for (const problem of report.problems) console.log(`    ${problem}`)
  }
} finally {
  await world.remove()
}
for (const [fault, cycles] of byFault) console.log(`${cycles} × ${fault}`)
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exit(totals.failed === 0 ? 0 : 1)

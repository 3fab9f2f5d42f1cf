// `node test/chaos/main.ts --cycles N --seed S [--only CYCLE] [--fault NAME] [--worlds N] [--results FILE]`: the
// long form of the chaos suite, in N worlds at a time. Each cycle is a case and has its own seed; `--only 17` runs the seventeenth alone, with that seed.
// Out: one line a cycle, what was wrong in it, what was done in all, then `N passed, N failed`.
import { parseArgs } from 'node:util'
import { type Counts, NO_COUNTS } from './fault.ts'
import { FAULTS, ROUND } from './faults.ts'
import { writeResults } from './results.ts'
import { cannotMount } from './small-disk.ts'
import { type CycleReport, createWorld } from './world.ts'

const { values } = parseArgs({
  options: {
    cycles: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string' },
    fault: { type: 'string' },
    worlds: { type: 'string', default: '2' },
    results: { type: 'string' },
  },
})
/** Fewer and larger worlds would spend the time on checking rows of earlier cycles again. */
const CYCLES_A_WORLD = 20

const seed = Number(values.seed)
const cycles = Number(values.cycles)
const chosen = values.only ? [Number(values.only)] : Array.from({ length: cycles }, (_, index) => index + 1)
const faultOf = (cycle: number): string => values.fault ?? (ROUND[(cycle - 1) % ROUND.length] as string)
const startedAt = new Date()
const totals = { passed: 0, failed: 0, skipped: 0, lost: 0, doubled: 0, acknowledged: 0, interrupted: 0 }
const counts: Counts = { ...NO_COUNTS }
const unmountable = cannotMount()

function print(cycle: number, report: CycleReport): void {
  const ok = report.problems.length === 0
  const seconds = Math.round((Date.now() - startedAt.getTime()) / 1000)
  console.log(
    `${ok ? 'ok' : 'not ok'} ${cycle} ${report.fault} (seed ${report.seed}): ${report.acknowledged} records acknowledged, ` +
      `${report.interrupted} requests interrupted; ${seconds} s`,
  )
  for (const { kind, text } of report.problems.slice(0, 20)) console.log(`    ${kind}: ${text}`)
}

function add(report: CycleReport): void {
  totals[report.problems.length === 0 ? 'passed' : 'failed'] += 1
  totals.lost += report.problems.filter(({ kind }) => kind === 'lost').length
  totals.doubled += report.problems.filter(({ kind }) => kind === 'doubled').length
  totals.acknowledged += report.acknowledged
  totals.interrupted += report.interrupted
  for (const [what, times] of Object.entries(report.counts)) counts[what as keyof Counts] += times
}

console.log(`seed ${seed}, ${chosen.length} cycles`)
async function runIn(cyclesOfWorld: number[]): Promise<void> {
  const world = await createWorld()
  try {
    for (const cycle of cyclesOfWorld) {
      const fault = faultOf(cycle)
      if (FAULTS[fault]?.needsMount && unmountable) {
        totals.skipped += 1
        console.log(`skipped ${cycle} ${fault}: ${unmountable}`)
        continue
      }
      const report = await world.cycle({ fault, seed: seed + cycle })
      print(cycle, report)
      add(report)
    }
  } finally {
    await world.remove()
  }
}

const worlds: number[][] = []
for (let from = 0; from < chosen.length; from += CYCLES_A_WORLD) worlds.push(chosen.slice(from, from + CYCLES_A_WORLD))
const takeTurns = async (): Promise<void> => {
  for (let next = worlds.shift(); next; next = worlds.shift()) await runIn(next)
}
await Promise.all(Array.from({ length: Number(values.worlds) }, takeTurns))
for (const [what, times] of Object.entries(counts)) console.log(`${times} × ${what}`)
console.log(`${totals.acknowledged} records acknowledged, ${totals.interrupted} requests interrupted`)
console.log(
  `${totals.lost} lost, ${totals.doubled} doubled${totals.skipped ? `, ${totals.skipped} cycles skipped` : ''}`,
)
if (values.results) await writeResults(values.results, { startedAt, cycles: chosen.length, seed, counts, totals })
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exit(totals.failed === 0 ? 0 : 1)

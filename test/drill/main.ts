// `make drill`: every fault injected into the running stack, one after the other. In: --only NAME, --list. Out: a line a
// fault, a table for RESULTS.md with --markdown, and a last line `N passed, N failed`; exit code 1 when one failed.
import { parseArgs } from 'node:util'
import type { Fault } from './fault.ts'
import { FAULTS, toBatches } from './faults.ts'
import { toLines, toTable } from './report.ts'
import { type RunningFault, runBatch } from './run-fault.ts'
import { MAIL_WITHIN_MS, SCALE, startDrill } from './start-drill.ts'

const HELP = `Injects each fault into a stack of its own and checks that exactly its alert is mailed, in time, and its end too.

  node test/drill/main.ts [--only NAME …] [--list] [--markdown]

  --only NAME   this fault; may be given several times, or names separated by commas
  --list        the faults, and the alert each must trip
  --markdown    prints the results as a table as well

Windows of the rules are divided by ${SCALE}; thresholds are the true ones. See test/drill/README.md.`

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    list: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

async function main(): Promise<number> {
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const chosen = chooseFaults(values.only.flatMap((names) => names.split(',')))
  if (values.list) {
    for (const { name, alert, what } of chosen) console.log(`${name.padEnd(22)}${(alert ?? '-').padEnd(24)}${what}`)
    return 0
  }
  const startedMs = Date.now()
  const possible = chosen.filter((fault) => !fault.missing?.())
  console.log(`starting the stack; then ${possible.length} faults, windows divided by ${SCALE}`)
  const starting = startDrill()
  // An interrupted drill leaves no process behind, not even while it starts.
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void starting.then((started) => started.stop()).finally(() => process.exit(130)))
  const drill = await starting
  const running: RunningFault[] = []
  let begun = 0
  try {
    for (const batch of toBatches(possible)) {
      for (const { name, what } of batch) console.log(`▶ ${++begun}/${possible.length} ${name}: ${what}`)
      const ended = await runBatch(drill, batch)
      running.push(...ended)
      for (const { report } of ended) for (const line of toLines(report)) console.log(line)
    }
    const late = running.filter(({ report }) => report.resolvedMs === undefined && report.mailMs !== undefined)
    if (late.length > 0) console.log(`▶ waiting for ${late.length} resolved mails`)
    await Promise.all(running.map(({ resolved }) => resolved))
    for (const { report } of late) for (const line of toLines(report)) console.log(line)
  } finally {
    await drill.stop()
  }
  const reports = running.map(({ report }) => report)
  if (values.markdown) console.log(toTable(reports, MAIL_WITHIN_MS))
  const failed = reports.filter(({ problems }) => problems.length > 0).length
  console.log(`finished in ${Math.round((Date.now() - startedMs) / 1000)} s`)
  for (const { name, missing } of chosen) if (missing?.()) console.log(`skipped: ${name}, ${missing()}`)
  console.log(`${reports.length - failed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

/** @throws RangeError naming the faults there are, for a name that is none of them. */
function chooseFaults(names: string[]): readonly Fault[] {
  const unknown = names.filter((name) => !FAULTS.some((fault) => fault.name === name))
  if (unknown.length > 0) {
    throw new RangeError(`no fault ${unknown.join(', ')}; there are: ${FAULTS.map(({ name }) => name).join(', ')}`)
  }
  return names.length === 0 ? FAULTS : FAULTS.filter(({ name }) => names.includes(name))
}

process.exitCode = await main().catch((error: Error) => {
  console.error(error instanceof RangeError ? error.message : error)
  return 2
})

#!/usr/bin/env node
// `node bench/main.ts [sets…]`: measures sets of figures. Out: what was measured on, then one line a figure: name, value,
// target, `met` or `short`, separated by tabs; with --write also into RESULTS.md.
import { Command } from 'commander'
import { createProgressLine } from '../src/cli/progress-line.ts'
import { collector } from './collector.ts'
import { decode } from './decode.ts'
import { decodeMemory } from './decode-memory.ts'
import { toLine } from './figure.ts'
import type { FigureSet, SetOptions } from './figure-set.ts'
import { ingest } from './ingest.ts'
import { machineLines } from './machine.ts'
import { overload } from './overload.ts'
import { peers } from './peers/peers.ts'
import { writeResults } from './results.ts'
import { soak } from './soak.ts'

const SETS: Record<string, FigureSet> = {
  decode,
  'decode-memory': decodeMemory,
  ingest,
  overload,
  collector,
  soak,
  peers,
}
/** The others take long. */
const DEFAULT_SETS = ['decode', 'decode-memory', 'ingest', 'overload', 'collector']

async function measure(name: string, options: SetOptions, write: boolean): Promise<void> {
  const set = SETS[name] as FigureSet
  const startedAt = new Date()
  const lines = [
    `# ${set.title}, ${startedAt.toISOString().slice(0, 16)}Z`,
    ...machineLines().map((line) => `# ${line}`),
  ]
  for (const line of lines) console.log(line)
  const say = (line: string) => {
    lines.push(line)
    console.log(line)
  }
  const line = createProgressLine(name)
  try {
    await set.run(options, {
      figure: (figure) => say(toLine(figure)),
      note: (text) => say(`# ${text}`),
      progress: (share, text) => line.show(share, text),
    })
  } finally {
    line.end()
  }
  say(`# took ${Math.round((Date.now() - startedAt.getTime()) / 1000)} s`)
  if (write) writeResults(name, lines)
}

const whole = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new Error(`${text} is not a whole number above 0`)
  return value
}

const positive = (text: string): number => {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`${text} is not a number above 0`)
  return value
}

const program = new Command('bench')
  .description('Measures the ledger against its limits and its peers; ratios inside one run, medians of rounds.')
  .argument('[sets...]', `of ${Object.keys(SETS).join(', ')}`, DEFAULT_SETS)
  .option('--rounds <n>', 'rounds a figure is the median of', whole, 3)
  .option('--requests <n>', 'requests of 512 spans a round', whole, 100)
  .option('--minutes <n>', 'length of the soak', positive, 10)
  .option('--write', 'replace the tables of these sets in bench/RESULTS.md', false)
  .addHelpText('after', () => {
    const options = { rounds: 3, requests: 100, minutes: 10 }
    const rows = Object.entries(SETS).map(
      ([name, set]) => `  ${name.padEnd(14)} ${set.title} (≈ ${Math.ceil(set.minutes(options) * 10) / 10} min)`,
    )
    return `\nSets and how long they take on two quiet cores:\n${rows.join('\n')}`
  })
  .action(async (names: string[], { write, ...options }: SetOptions & { write: boolean }) => {
    const unknown = names.filter((name) => !(name in SETS))
    if (unknown.length > 0)
      throw new Error(`no set is called ${unknown.join(', ')}; there are: ${Object.keys(SETS).join(', ')}`)
    for (const name of names) await measure(name, options, write)
  })

try {
  await program.parseAsync()
} catch (error) {
  console.error(error)
  process.exitCode = 1
}

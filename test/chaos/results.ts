// The record of a long run, as Markdown. In: what was counted. Out: a file that says what was run, when, on what, and
// what came of it.
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { cpus, release, totalmem } from 'node:os'
import { BUILT_COMPONENTS } from '../../stack/components.ts'
import type { Counts } from './fault.ts'
import { findPostgres } from './postgres.ts'

export interface Results {
  startedAt: Date
  cycles: number
  seed: number
  counts: Counts
  totals: {
    passed: number
    failed: number
    skipped: number
    lost: number
    doubled: number
    acknowledged: number
    interrupted: number
  }
}

export async function writeResults(file: string, { startedAt, cycles, seed, counts, totals }: Results): Promise<void> {
  const minutes = ((Date.now() - startedAt.getTime()) / 60_000).toFixed(1)
  const rows: [string, string | number][] = [
    ['command', `\`make chaos CYCLES=${cycles} SEED=${seed}\``],
    ['started', `${startedAt.toISOString().slice(0, 16)}Z, ${minutes} minutes`],
    [
      'machine',
      `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`,
    ],
    [
      'versions',
      `Node ${process.version}, ${firstLine(await findPostgres(), '--version')}, collector ${BUILT_COMPONENTS.collector.version}`,
    ],
    ['commit', commit()],
    ...Object.entries(counts),
    ['records acknowledged', totals.acknowledged],
    ['requests interrupted', totals.interrupted],
    ['acknowledged and **lost**', totals.lost],
    ['booked and **doubled**', totals.doubled],
    ['cycles passed / failed / skipped', `${totals.passed} / ${totals.failed} / ${totals.skipped}`],
  ]
  const table = rows.map(([what, value]) => `| ${what} | ${value} |`).join('\n')
  await writeFile(
    file,
    `# A long run of the chaos suite\n\nWritten by \`--results\`; see README.md for what each cycle checks.\n\n| | |\n| --- | --- |\n${table}\n`,
  )
}

const firstLine = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0] ?? ''

const commit = (): string => firstLine('git', 'rev-parse', '--short', 'HEAD')

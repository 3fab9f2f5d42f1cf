// CPU time of processes. In: a pid. Out: microseconds of the process and of its children, living or gone.
import { readdirSync, readFileSync } from 'node:fs'

/** sysconf(_SC_CLK_TCK), 100 on every Linux that Node runs on. */
const MICROS_PER_TICK = 10_000

function stat(pid: number): { parent: number; ticks: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    // utime, stime, and those of children that were waited for.
    return { parent: Number(fields[1]), ticks: [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0) }
  } catch {
    return undefined
  }
}

export function cpuMicros(pid: number): number {
  let ticks = stat(pid)?.ticks ?? 0
  for (const entry of readdirSync('/proc')) {
    const process = /^\d+$/.test(entry) ? stat(Number(entry)) : undefined
    if (process?.parent === pid) ticks += process.ticks
  }
  return ticks * MICROS_PER_TICK
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number

export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] as number
}

// What the figures were measured on. Out: lines of text.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'

/** @param postgres what `select version()` says, where a Postgres takes part. */
export function machineLines(postgres?: string): string[] {
  return [
    `${cpus().length} × ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}`,
    ...(postgres ? [postgres] : []),
    `commit ${commit()}; load average before the start ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  ]
}

function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return (
      git('rev-parse', '--short', 'HEAD').trim() +
      (git('status', '--porcelain', 'src', 'migrations') ? ' with changes' : '')
    )
  } catch {
    return 'unknown'
  }
}

/** Peak resident memory since `resetPeakMemory`, bytes. */
export const peakResidentBytes = (pid: number): number => memory(pid, 'VmHWM')
export const residentBytes = (pid: number): number => memory(pid, 'VmRSS')

const memory = (pid: number, field: string): number =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

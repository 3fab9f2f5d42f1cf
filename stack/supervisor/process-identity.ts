// Which process a number means. Process ids are reused, so an id is kept together with the time its process started.
// In: a process id. Out: an identity that can be written to a file and checked later.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface ProcessIdentity {
  pid: number
  /** Start time in the system's own unit: clock ticks since boot on Linux, a date text elsewhere. */
  startedAt: string
}

/** Identity of a running process; `startedAt` is empty when there is no such process. */
export const processIdentity = (pid: number): ProcessIdentity => ({ pid, startedAt: startTime(pid) ?? '' })

/** True while the very process that was recorded is still there (a zombie counts as gone). */
export const isSameProcess = (recorded: ProcessIdentity): boolean =>
  recorded.startedAt !== '' && startTime(recorded.pid) === recorded.startedAt

function startTime(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The command name may hold spaces and brackets: fields are counted after its last bracket.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return fields[0] === 'Z' ? undefined : `${bootId()}:${fields[19]}`
    }
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return line === '' || line.startsWith('Z') ? undefined : line.split(/\s+/).slice(1).join(' ')
  } catch {
    return undefined
  }
}

/** Ticks since boot repeat after a restart of the machine; the boot's own id does not. */
const bootId = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8)

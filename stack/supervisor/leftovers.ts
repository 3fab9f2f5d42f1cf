// What a supervisor that was killed left running. In: a state folder. Out: its processes, found by the record written
// at each start and by the folder's name in their environment, ended. Process ids that belong to others are left alone.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { endGroup, STATE_DIR_VARIABLE } from './process-group.ts'
import { isSameProcess, type ProcessIdentity, processIdentity } from './process-identity.ts'
import type { ServiceDefinition } from './types.ts'

interface Recorded extends ProcessIdentity {
  name: string
  stopSignal: NodeJS.Signals
  stopTimeoutMs: number
}

const recordFile = (stateDir: string, name: string) => join(stateDir, 'run', `${name}.json`)

export function rememberProcess(
  stateDir: string,
  service: ServiceDefinition,
  { pid, startedAt }: ProcessIdentity,
): void {
  mkdirSync(join(stateDir, 'run'), { recursive: true })
  const { name, stopSignal, stopTimeoutMs } = service
  const record: Recorded = { name, pid, startedAt, stopSignal, stopTimeoutMs }
  writeFileSync(recordFile(stateDir, name), JSON.stringify(record))
}

export const forgetProcess = (stateDir: string, name: string): void =>
  rmSync(recordFile(stateDir, name), { force: true })

/** Ends everything that still runs for this state folder; returns the names of what was found. */
export async function endLeftovers(stateDir: string): Promise<string[]> {
  const recorded = recordedProcesses(stateDir)
  const known = new Set(recorded.filter(isSameProcess).map(({ pid }) => pid))
  const found = [...recorded, ...markedProcesses(stateDir).filter(({ pid }) => !known.has(pid))]
  const alive = found.filter(isSameProcess)
  await Promise.all(found.map((record) => endGroup(record, record.stopSignal, record.stopTimeoutMs)))
  rmSync(join(stateDir, 'run'), { recursive: true, force: true })
  return [...new Set(alive.map(({ name }) => name))]
}

function recordedProcesses(stateDir: string): Recorded[] {
  try {
    const files = readdirSync(join(stateDir, 'run')).filter((file) => file.endsWith('.json'))
    return files.map((file) => JSON.parse(readFileSync(join(stateDir, 'run', file), 'utf8')) as Recorded)
  } catch {
    return []
  }
}

/** Linux only: a process started just before its supervisor was killed may have no record yet. */
function markedProcesses(stateDir: string): Recorded[] {
  const marker = `${STATE_DIR_VARIABLE}=${stateDir}`
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    return pids.flatMap((pid) => {
      if (!environmentOf(pid).includes(marker)) return []
      return [{ ...processIdentity(Number(pid)), name: `process ${pid}`, stopSignal: 'SIGTERM', stopTimeoutMs: 5_000 }]
    })
  } catch {
    return []
  }
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return []
  }
}

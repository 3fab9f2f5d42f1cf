// `state.json` in the state folder: who supervises, and every service's status. In: statuses. Out: a file that readers
// in other processes (`make status`, `make up`) always find whole.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { endLeftovers } from './leftovers.ts'
import { isSameProcess, type ProcessIdentity, processIdentity } from './process-identity.ts'
import type { ServiceStatus } from './types.ts'

export interface StackState {
  supervisor: ProcessIdentity
  services: ServiceStatus[]
}

export interface StateFile {
  write(services: ServiceStatus[]): void
  /** Last write: nobody supervises any more. */
  release(services: ServiceStatus[]): void
}

const fileIn = (stateDir: string) => join(stateDir, 'state.json')

/** The state as last written, or undefined when there never was one. */
export function readState(stateDir: string): StackState | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(stateDir), 'utf8')) as StackState
  } catch {
    return undefined
  }
}

/** The supervisor of this state folder, when it is alive. */
export function liveSupervisor(stateDir: string): ProcessIdentity | undefined {
  const supervisor = readState(stateDir)?.supervisor
  return supervisor && isSameProcess(supervisor) ? supervisor : undefined
}

/** Takes the folder over for this process; ends what a killed predecessor left running. */
export async function claimState(stateDir: string): Promise<StateFile> {
  mkdirSync(stateDir, { recursive: true })
  const other = liveSupervisor(stateDir)
  if (other) throw new Error(`the stack in ${stateDir} already runs (process ${other.pid}); \`make down\` stops it`)
  await endLeftovers(stateDir)
  const me = processIdentity(process.pid)
  const put = (state: StackState) => {
    const file = fileIn(stateDir)
    writeFileSync(`${file}.${process.pid}`, JSON.stringify(state, null, 2))
    renameSync(`${file}.${process.pid}`, file)
  }
  return {
    write: (services) => put({ supervisor: me, services }),
    release: (services) => put({ supervisor: { pid: 0, startedAt: '' }, services }),
  }
}

// Processes as groups. In: a service definition. Out: a detached process whose output goes straight to its log file,
// so neither depends on this process staying alive; and the means to end the whole group.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { logFileOf } from './logs.ts'
import { isSameProcess, type ProcessIdentity, processIdentity } from './process-identity.ts'
import type { ServiceDefinition } from './types.ts'

export interface RunningProcess extends ProcessIdentity {
  /** Resolves when the process itself has ended. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** Variable by which every process of a stack is known, wherever its record went. */
export const STATE_DIR_VARIABLE = 'STACK_STATE_DIR'

/** Variables every process gets from ours; everything else a service needs is in its own definition. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'JAVA_HOME', 'NODE_EXTRA_CA_CERTS']

export const baseEnvironment = (env: Record<string, string | undefined> = process.env): Record<string, string> =>
  Object.fromEntries(PASSED_ON.flatMap((name) => (env[name] ? [[name, env[name]]] : [])))

/** Starts the process in a group of its own. @throws Error when the program cannot be started. */
export async function startProcess(service: ServiceDefinition, stateDir: string): Promise<RunningProcess> {
  const [file, ...args] = service.command
  const log = openSync(logFileOf(stateDir, service.name), 'a')
  let child: ChildProcess
  try {
    child = spawn(file, args, {
      cwd: service.cwd,
      env: { ...baseEnvironment(), ...service.env, [STATE_DIR_VARIABLE]: stateDir },
      stdio: ['ignore', log, log],
      detached: true,
    })
  } finally {
    closeSync(log)
  }
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', (error) => reject(new Error(`cannot start ${file}: ${error.message}`)))
  })
  return { ...processIdentity(child.pid as number), exited }
}

/** Sends a signal to a whole group; false when nothing of it is left. */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal)
    return true
  } catch {
    return false
  }
}

/**
 * Ends a recorded process and its group: first politely, after `timeoutMs` by force.
 * Does nothing when the id belongs to another process by now and no group of that number is ours.
 */
export async function endGroup(recorded: ProcessIdentity, signal: NodeJS.Signals, timeoutMs: number): Promise<void> {
  if (isSameProcess(recorded)) {
    // Only the leader gets the polite signal: servers such as Postgres end their own children in order.
    process.kill(recorded.pid, signal)
    const deadlineMs = Date.now() + timeoutMs
    while (isSameProcess(recorded) && Date.now() < deadlineMs) await sleep(20)
  } else if (processIdentity(recorded.pid).startedAt !== '') return
  if (!signalGroup(recorded.pid, 0)) return
  signalGroup(recorded.pid, 'SIGKILL')
  const deadlineMs = Date.now() + 5_000
  while (signalGroup(recorded.pid, 0) && Date.now() < deadlineMs) await sleep(20)
}

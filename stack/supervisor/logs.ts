// One log file a service. In: a state folder and a name. Out: the file's path; files kept below a limit.
import { copyFileSync, readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'

const MAX_BYTES = 20 * 1024 * 1024

export const logFileOf = (stateDir: string, name: string): string => join(stateDir, 'logs', `${name}.log`)

/** Copies a large file to `.1` and empties it: processes append, so they write on at the beginning of the emptied file. */
export function rotateLogs(stateDir: string, maxBytes = MAX_BYTES): void {
  for (const name of readdirSync(join(stateDir, 'logs'))) {
    const file = join(stateDir, 'logs', name)
    if (!name.endsWith('.log') || statSync(file).size < maxBytes) continue
    copyFileSync(file, `${file}.1`)
    truncateSync(file)
  }
}

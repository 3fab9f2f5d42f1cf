// One log file a service. In: a state folder and a name. Out: the file's path; files kept below a limit.
import { copyFileSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs'
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

const SOUNDS_LIKE_A_REASON = /error|fatal|panic|invalid|cannot|failed|refused|denied/i

/** The last words of a process that died: the line that says why, with what follows it, else simply the last lines. */
export function reasonInLog(stateDir: string, name: string): string {
  let text: string
  try {
    text = readFileSync(logFileOf(stateDir, name), 'utf8')
  } catch {
    return ''
  }
  const lines = text
    .split('\n')
    .slice(-25)
    .filter((line) => line.trim() !== '')
  const start = lines.findLastIndex((line) => SOUNDS_LIKE_A_REASON.test(line))
  const chosen = start < 0 ? lines.slice(-2) : lines.slice(start, start + 2)
  return chosen
    .map((line) => line.trim())
    .join(' | ')
    .slice(0, 500)
}

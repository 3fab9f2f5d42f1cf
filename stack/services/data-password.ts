// A data folder is created with one password and cannot be opened with another. In: the folder, the variable, its value.
// Out: nothing, or an Error that says what to do when `.env` was changed or lost since.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FILE = 'password.sha256'
const digest = (value: string) => createHash('sha256').update(value).digest('hex')

/** @throws Error when the folder was created with another value. */
export function checkDataPassword(folder: string, variable: string, value: string): void {
  const file = join(folder, FILE)
  if (!existsSync(file) || readFileSync(file, 'utf8') === digest(value)) return
  throw new Error(
    `${folder} was created with another ${variable} than .env has now: restore that value, or \`make clean\` to start afresh`,
  )
}

export function recordDataPassword(folder: string, value: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, FILE), digest(value), { mode: 0o600 })
}

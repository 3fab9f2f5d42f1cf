// The checkout's `.env`. In: its path. Out: its variables. The first run creates it with generated secrets; later runs
// add secrets that a newer version needs and change nothing that is there.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'dotenv'
import { generateSecrets, SECRETS, type SecretName } from './settings.ts'

const HEADER = `# Created by the first \`make up\`: secrets of this checkout. Git ignores this file.
# Ports and other choices: see .env.example; a line copied from there to here takes effect at the next \`make up\`.
`

/** Variables of the file; an empty record when there is none. */
export const readEnvFile = (file: string): Record<string, string> =>
  existsSync(file) ? parse(readFileSync(file, 'utf8')) : {}

/** Makes sure every secret has a value in the file. Returns the names that were generated now. */
export function ensureEnvFile(file: string): SecretName[] {
  const generated = generateSecrets(readEnvFile(file))
  const names = Object.keys(generated) as SecretName[]
  if (names.length === 0) return []
  const lines = names.map((name) => `# ${SECRETS[name].schema.description}\n${name}=${generated[name]}\n`).join('')
  // A file that is there keeps its content and mode; a new one is readable by its owner only, from the first byte.
  if (existsSync(file)) appendFileSync(file, `\n# Added for a newer version.\n${lines}`)
  else writeFileSync(file, `${HEADER}\n${lines}`, { mode: 0o600, flag: 'wx' })
  return names
}

/** The environment a stack runs with: real variables before those of the file. */
export const stackEnvironment = (
  file: string,
  env: Record<string, string | undefined> = process.env,
): Record<string, string> => {
  const real = Object.entries(env).filter((entry): entry is [string, string] => !!entry[1])
  return { ...readEnvFile(file), ...Object.fromEntries(real) }
}

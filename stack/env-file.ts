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

/** What .env.example lists, and the prefixes of programs that have variables of their own and refuse none. */
const KNOWN = new Set(
  [...readFileSync(new URL('../.env.example', import.meta.url), 'utf8').matchAll(/^#([A-Z0-9_]+)=/gm)].map(
    ([, name]) => name,
  ),
)
const FREE = /^(OTEL|COLLECTOR|TAIL_SAMPLING|SPAN_METRICS|TEMPO)_/

/**
 * The environment a stack runs with: real variables before those of the file. A real one counts only where it can be meant
 * for us: many a shell has an API_KEY, and a service refuses what it does not know under its prefix.
 */
export const stackEnvironment = (
  file: string,
  env: Record<string, string | undefined> = process.env,
): Record<string, string> => {
  const written = readEnvFile(file)
  const isMeant = (name: string) => name in written || KNOWN.has(name) || FREE.test(name)
  const real = Object.entries(env).filter(([name, value]) => value && isMeant(name)) as [string, string][]
  return { ...written, ...Object.fromEntries(real) }
}

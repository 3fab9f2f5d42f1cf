// Configuration from environment variables. In: a zod schema keyed by variable name. Out: a frozen object, or one
// ConfigError that lists every problem at once by variable name, without the values of secrets.
import { z } from 'zod'

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** A TCP port; 0 lets the system choose. */
export const port = (fallback: number) => z.coerce.number().int().min(0).max(65535).default(fallback)

/** A positive whole number in the unit the variable's name ends with. */
export const positive = (fallback: number) => z.coerce.number().int().positive().default(fallback)

export const logLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info')

/** Marks a value as secret: errors never show it and the generated documents say so. */
export const secret = () => z.string().min(1).meta({ secret: true })

/** A URL that holds a password, refused here without being shown: `new URL` would print it. */
export const secretUrl = (schemes: readonly string[], example: string) =>
  secret().refine(
    (text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)),
    `must be a URL like ${example}, special characters of the password as %XX`,
  )

export const postgresUrl = () => secretUrl(['postgres', 'postgresql'], 'postgres://user:password@host:5432/spanledger')

/**
 * Reads one service's variables.
 * @param prefix variables that start with it but are not in the schema are refused, e.g. `LEDGER_`.
 * @throws ConfigError naming every missing, malformed or unknown variable.
 */
export function loadConfig<S extends z.ZodRawShape>(
  shape: S,
  prefix: string,
  env: Record<string, string | undefined> = process.env,
): Readonly<z.output<z.ZodObject<S>>> {
  const known = new Set(Object.keys(shape))
  const unknown = Object.keys(env).filter((name) => name.startsWith(prefix) && !known.has(name))
  // An empty variable means "not set": Compose passes empty strings for variables absent from .env.
  const given = Object.fromEntries([...known].flatMap((name) => (env[name] ? [[name, env[name]]] : [])))
  const parsed = z.object(shape).safeParse(given)
  const problems = unknown.map((name) => `${name}: unknown variable (known: ${[...known].sort().join(', ')})`)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const name = String(issue.path[0])
      problems.push(`${name}: ${given[name] === undefined ? 'required, but not set' : issue.message}`)
    }
  }
  if (problems.length > 0 || !parsed.success)
    throw new ConfigError(`Invalid configuration:\n  ${problems.join('\n  ')}`)
  return Object.freeze(parsed.data)
}

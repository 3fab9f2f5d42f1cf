// Fills in the ${NAME} placeholders of configuration files whose programs read no environment (Prometheus,
// Alertmanager). In: a template and values. Out: the text; unknown or missing names are an error that lists them all.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

const PLACEHOLDER = /\$\{([^}]*)\}/g

export class RenderError extends Error {
  override readonly name = 'RenderError'
}

/**
 * Lines that are comments stay as they are. Inside double quotes a value is escaped as YAML has it, so that a password may
 * hold quotes and backslashes.
 * @throws RenderError naming every placeholder without a value.
 */
export function render(template: string, values: Record<string, string | undefined>, source = 'template'): string {
  const unknown = new Set<string>()
  const fill = (placeholder: string, name: string, offset: number, line: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) {
      unknown.add(placeholder)
      return placeholder
    }
    const isQuoted = (line.slice(0, offset).split('"').length - 1) % 2 === 1
    return isQuoted ? JSON.stringify(value).slice(1, -1) : value
  }
  const isComment = (line: string) => line.trimStart().startsWith('#')
  const text = template
    .split('\n')
    .map((line) => (isComment(line) ? line : line.replace(PLACEHOLDER, fill)))
    .join('\n')
  if (unknown.size > 0) {
    const known = Object.keys(values).sort().join(', ')
    throw new RenderError(`${source}: no value for ${[...unknown].join(', ')} (known: ${known})`)
  }
  return text
}

/** Renders one file into another, readable by its owner only because values may be secrets. */
export async function renderFile(from: string, to: string, values: Record<string, string | undefined>): Promise<void> {
  const text = render(await readFile(from, 'utf8'), values, from)
  await mkdir(dirname(to), { recursive: true })
  await writeFile(to, text, { mode: 0o600 })
}

/** What the renderer reads of an entry of prometheus/template-variables.ts. */
interface Variable {
  description: string
  fallback?: string | undefined
}

/** Values of a table of variables: from the environment, else the fallback, which may name other variables. */
export function templateValues(table: Readonly<Record<string, Variable>>, env: Record<string, string | undefined>) {
  const values: Record<string, string> = {}
  for (const [name, { fallback }] of Object.entries(table)) {
    const given = env[name]
    if (given !== undefined && given !== '') values[name] = given
    else if (fallback !== undefined) values[name] = render(fallback, { ...env, ...values }, `fallback of ${name}`)
  }
  return values
}

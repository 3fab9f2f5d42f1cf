// What the READMEs say about variables is what the schemas say.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { shape as demo, loadDemoConfig } from '../../src/demo/config.ts'
import { shape as modelServer } from '../../src/demo/model-server/config.ts'
import { shape as traffic } from '../../src/demo/traffic/config.ts'
import { shape as inbox, loadInboxConfig } from '../../src/inbox/config.ts'
import { ConfigError } from '../../src/shared/config.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** Rows of the form | NAME | default | meaning | with a name in capitals. */
const tableOf = (readme: string) =>
  [...readFileSync(resolve(ROOT, readme), 'utf8').matchAll(/^\| ([A-Z0-9_]+) +\| (.*?) *\| (.*?) *\|$/gm)].map(
    ([, name = '', fallback = '', meaning = '']) => ({ name, fallback: fallback.trim(), meaning: meaning.trim() }),
  )

function rowOf(name: string, schema: z.ZodType) {
  const parsed = schema.safeParse(undefined)
  const fallback = parsed.success ? (parsed.data === undefined ? '' : String(parsed.data)) : 'required'
  return { name, fallback, meaning: schema.description ?? '' }
}

const rowsOf = (shape: z.ZodRawShape) => Object.entries(shape).map(([name, schema]) => rowOf(name, schema as z.ZodType))

describe('variables', () => {
  it.each([
    ['src/inbox/README.md', rowsOf(inbox)],
    ['src/demo/model-server/README.md', rowsOf(modelServer)],
    ['src/demo/README.md', [...rowsOf(demo), ...rowsOf(traffic).filter(({ name }) => name.startsWith('TRAFFIC_'))]],
  ])('in %s have the names, defaults and meanings of the schema', (readme, rows) => {
    expect(tableOf(readme)).toEqual(rows)
  })
})

describe('configuration', () => {
  it('names every problem at once, and no secret', () => {
    const env = { DEMO_PORT: 'x', DEMO_API_KEYS: 'acme:falcon:short', DEMO_TYPO: '1' }
    const load = () => loadDemoConfig(env)
    expect(load).toThrow(ConfigError)
    expect(load).toThrow(/DEMO_TYPO: unknown variable/)
    expect(load).toThrow(/DEMO_PORT: /)
    expect(load).toThrow(/DEMO_API_KEYS: entry 1 of 1 has a key of 5 characters/)
    expect(load).toThrow(/DEMO_NEO4J_PASSWORD: required/)
    expect(load).not.toThrow(/acme:falcon:short/)
  })

  it('has defaults for everything but secrets', () => {
    expect(loadInboxConfig({})).toMatchObject({ INBOX_SMTP_PORT: 1025, INBOX_WEB_PORT: 8025 })
    expect(loadDemoConfig({ DEMO_API_KEYS: 'a:b:12345678', DEMO_NEO4J_PASSWORD: 'x' })).toMatchObject({
      DEMO_PORT: 4600,
    })
  })
})

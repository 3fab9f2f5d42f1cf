// The ledger's README against its code: the table of dialects, the files of the path, and the links.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import type { Dialect } from '../../../src/ledger/recognise/dialect.ts'
import { OTEL_FIELDS } from '../../../src/ledger/recognise/dialects/otel-genai.ts'
import type { Span } from '../../../src/ledger/span.ts'
import { registerPoolMetrics } from '../../../src/shared/pool-metrics.ts'
import { span } from '../recognise/spans.ts'

const LEDGER = new URL('../../../src/ledger/', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, LEDGER), 'utf8')
const readme = read('README.md')
const section = (title: string) => new RegExp(`\\n## ${title}\\n([\\s\\S]*?)\\n## `).exec(readme)?.[1] ?? ''

/** In the order in which they are asked, which read-span.ts alone knows. */
async function dialectsInOrder(): Promise<{ dialect: Dialect; file: string }[]> {
  const found = new Map<string, { dialect: Dialect; file: string }>()
  for (const file of readdirSync(new URL('recognise/dialects/', LEDGER))) {
    const exported: Record<string, unknown> = await import(new URL(`recognise/dialects/${file}`, LEDGER).href)
    for (const [name, value] of Object.entries(exported))
      if (typeof value === 'object' && value !== null && 'owns' in value)
        found.set(name, { dialect: value as Dialect, file })
  }
  const [, list = ''] = /\bDIALECTS: readonly Dialect\[\] = \[([^\]]*)\]/.exec(read('recognise/read-span.ts')) ?? []
  const names = list.match(/\w+/g) ?? []
  expect([...names].sort()).toEqual([...found.keys()].sort())
  return names.map((name) => found.get(name) as { dialect: Dialect; file: string })
}

/** Cells of the row of a dialect but for the one that says by what it is told, which is shown by an example. */
function cellsOf({ dialect, file }: { dialect: Dialect; file: string }, index: number): string[] {
  const { input, output } = dialect.fields
  const common = [...OTEL_FIELDS.input, ...OTEL_FIELDS.output]
  const own = [...input, ...output].filter((key) => !common.includes(key)).map((key) => `\`${key}\``)
  const level = typeof dialect.level === 'string' ? dialect.level : 'by its scope'
  return [String(index + 1), dialect.name, `[${file}](recognise/dialects/${file})`, level, own.join(', ')]
}

/** `scope `a`, name `b`, `key` = `value`` as a span. */
function exampleOf(cell: string): Span {
  const scopeName = /\bscope `([^`]+)`/.exec(cell)?.[1] ?? 'my.own.scope'
  const name = /\bname `([^`]+)`/.exec(cell)?.[1] ?? 'chat'
  const attributes = [...cell.matchAll(/`([^`]+)` = `([^`]+)`/g)].map(([, key = '', value = '']) => [key, value])
  return span({ 'gen_ai.request.model': 'm', ...Object.fromEntries(attributes) }, { scopeName, name })
}

describe('the table of dialects', async () => {
  const dialects = await dialectsInOrder()
  const rows = section('Dialects')
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) => line.slice(2, -2).split(' | '))

  test('has a row for each, in order, with what the code says of it', () => {
    const written = rows.map(([number, name, file, , ...rest]) => [number, name, file, ...rest])
    expect(written).toEqual(dialects.map(cellsOf))
  })

  test.each(rows.map((row) => [row[1], row[3]]))('%s owns its example: %s', (name, example = '') => {
    const given = exampleOf(example)
    expect(dialects.find(({ dialect }) => dialect.owns(given))?.dialect.name).toBe(name)
  })

  test('the names said to be common are those every dialect knows', () => {
    const [first, second] = [OTEL_FIELDS.input[0], OTEL_FIELDS.output[0]]
    expect(section('Dialects')).toContain(`\`${first}\` and\n\`${second}\``)
    for (const { dialect } of dialects) {
      expect(dialect.fields.input).toContain(first)
      expect(dialect.fields.output).toContain(second)
    }
  })
})

test('the path of a request is numbered without a gap, and its files exist', () => {
  const [, path = ''] = /```\n([\s\S]*?)```/.exec(section('The path of a request')) ?? []
  const numbers = [...path.matchAll(/^ ?(?:│ )?(\d+) /gm)].map(([, number]) => Number(number))
  expect(numbers).toEqual(Array.from({ length: 13 }, (_, index) => index + 1))
  const folders = [...path.matchAll(/\b(receive|decode|write|recognise)\/([a-z-]*)/g)]
  expect(folders.length).toBeGreaterThan(5)
  // The stages of the transaction are named at the end of their lines.
  for (const [, stages = ''] of path.matchAll(/ {2,}([a-z-]+(?:, [a-z-]+)*) *│$/gm))
    for (const stage of stages.split(', '))
      if (!['-rows', 'copy'].includes(stage)) expect(existsSync(new URL(`write/${stage}.ts`, LEDGER)), stage).toBe(true)
  for (const [, folder, file] of folders) {
    const target = file ? `${folder}/${file}.ts` : `${folder}/`
    expect(existsSync(new URL(target, LEDGER)), target).toBe(true)
  }
})

test('its links lead somewhere', () => {
  const targets = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, target = '']) => target)
  for (const wanted of ['recognise/README.md', 'price/README.md', '../cli/README.md']) expect(targets).toContain(wanted)
  for (const target of targets) expect(existsSync(new URL(target, LEDGER)), target).toBe(true)
})

test('the pool’s metrics are in the table of metrics', () => {
  const registry = new Registry()
  registerPoolMetrics({ totalCount: 0, idleCount: 0, waitingCount: 0 }, registry)
  const names = registry.getMetricsAsArray().map(({ name }) => name)
  expect(names.length).toBeGreaterThan(1)
  for (const name of names) expect(section('Metrics')).toContain(`\`${name}`)
})

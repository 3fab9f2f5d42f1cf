// Invariants of ARCHITECTURE.md that the sources themselves show: who may exit, who sets the organisation, what money is.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const sources = globSync('{src,instrumentation,stack,grafana,prometheus,collector}/**/*.{ts,tsx}', {
  cwd: ROOT,
  exclude: (name) => name === 'node_modules' || name === 'dist',
}).map((file) => ({ file, code: withoutComments(read(file)) }))

function withoutComments(text: string): string {
  return text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '')
}

const filesWith = (pattern: RegExp) => sources.filter(({ code }) => pattern.test(code)).map(({ file }) => file)

test('only main.ts files exit the process', () => {
  const exiting = filesWith(/\bprocess\.exit\(/)
  expect(exiting).toContain('src/ledger/main.ts')
  expect(exiting.filter((file) => basename(file) !== 'main.ts')).toEqual([])
})

test('only withOrg sets the organisation of a transaction', () => {
  expect(filesWith(/app\.org_id/)).toEqual(['src/shared/pg.ts'])
})

test('money is numeric in every table', () => {
  const columns = [
    ...read('migrations/schema.sql').matchAll(/^\s+(\w*usd\w*) ([a-z][a-z ]*?)(?:\(| not null|,| default|$)/gm),
  ]
  const types = new Map(columns.map(([, name = '', type = '']) => [name, type]))
  expect([...types.keys()]).toEqual(expect.arrayContaining(['cost_usd', 'usd_per_million', 'amount_usd']))
  expect([...types].filter(([, type]) => type !== 'numeric')).toEqual([])
})

test('each invariant names what shows it, and that is there', () => {
  const [, invariants = ''] = /^## Invariants\n([\s\S]*?)^## /m.exec(read('ARCHITECTURE.md')) ?? []
  const numbers = [...invariants.matchAll(/^(\d+)\. /gm)].map(([, number]) => number)
  const rows = [...invariants.matchAll(/^\| (\d+) \| (.*) \|$/gm)]
  expect(rows.map(([, number]) => number)).toEqual(numbers)
  const tests = rows.flatMap(([, , cell = '']) => [...cell.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => path))
  expect(tests.filter((path) => !path.startsWith('test/') || !existsSync(join(ROOT, path)))).toEqual([])
  for (const [row, , cell = ''] of rows) expect(cell, row).toContain('](test/')
})

// What the documents point at is there: links, make targets, npm scripts, and the command line's own table.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

const NOT_OURS = ['node_modules', 'dist', '.git', '.spanledger', 'fixtures']
const documents = globSync('**/*.md', { cwd: ROOT, exclude: (name) => NOT_OURS.includes(name) }).map((file) => ({
  file,
  text: read(file),
}))

/** Every match in every document, as `file: match`. */
const mentioned = (pattern: RegExp) =>
  documents.flatMap(({ file, text }) => [...text.matchAll(pattern)].map(([, name = '']) => ({ file, name })))

test('every link leads to a file', () => {
  const links = mentioned(/\]\(([^)\s]+)\)/g).filter(({ name }) => !/^(https?:|#)/.test(name))
  expect(links.length).toBeGreaterThan(60)
  const broken = links.filter(({ file, name }) => !existsSync(join(ROOT, dirname(file), name.split('#')[0] ?? '')))
  expect(broken).toEqual([])
})

test('every make target and npm script that is named exists', () => {
  const targets = new Set([...read('Makefile').matchAll(/^([a-z-]+):/gm)].map(([, name]) => name))
  const scripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts)
  const made = mentioned(/(?:`|^(?:\$ )?)make ([a-z][a-z-]*)/gm)
  expect(made.length).toBeGreaterThan(50)
  expect(made.filter(({ name }) => !targets.has(name))).toEqual([])
  const run = mentioned(/npm run ([a-z][a-z:-]*)/g)
  expect(run.length).toBeGreaterThan(3)
  expect(run.filter(({ name }) => !scripts.includes(name))).toEqual([])
})

describe('src/cli/README.md', () => {
  const program = createProgram()
  const rows = [...read('src/cli/README.md').matchAll(/^\| (`[a-z].*?) \| .* \|$/gm)].map(([, cell = '']) => ({
    command: /^`([a-z-]+)/.exec(cell)?.[1] ?? '',
    cell,
  }))
  const leaves = (command: Command): Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)

  test('has every command, and no other', () => {
    const names = program.commands.map((command) => command.name())
    expect([...new Set(rows.map(({ command }) => command))].sort()).toEqual([...names].sort())
    for (const top of program.commands) {
      const cells = rows.filter(({ command }) => command === top.name()).map(({ cell }) => cell)
      for (const leaf of leaves(top)) expect(cells.join(' ')).toMatch(new RegExp(`[\` ]${leaf.name()}[\` ]`))
    }
  })

  test('names options that the command has', () => {
    for (const { command, cell } of rows) {
      const top = program.commands.find((one) => one.name() === command) as Command
      const options = new Set(leaves(top).flatMap((leaf) => leaf.options.map(({ long }) => long)))
      for (const [option] of cell.matchAll(/--[a-z-]+/g)) expect(options, `${command} ${option}`).toContain(option)
    }
  })
})

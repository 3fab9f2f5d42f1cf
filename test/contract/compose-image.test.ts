// The image of the Dockerfile: it holds what the services import, and nothing of the development dependencies.
import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  name: string
  dependencies: Record<string, string>
}
/** What containers run: the services, and the one-shots and health checks of stack/. */
const FILES = [
  'src/**/*.ts',
  'instrumentation/**/*.ts',
  'prometheus/template-variables.ts',
  'stack/compose/*.ts',
  'stack/render.ts',
  'stack/services/senders-file.ts',
]
const copied = [
  ...readFileSync(join(ROOT, 'Dockerfile'), 'utf8').matchAll(/^COPY (?:([a-z]+) \1|(package\.json) \.\/)$/gm),
].map(([, dir, file]) => dir ?? file)

const imports = globSync(FILES, { cwd: ROOT }).flatMap((file) => {
  const text = readFileSync(join(ROOT, file), 'utf8')
  return [...text.matchAll(/^(?:import|export)(?! type).*? from '([^']+)'|^import '([^']+)'/gm)].map(
    ([, from, bare]) => ({ file, specifier: from ?? bare ?? '' }),
  )
})

test('every package that a container imports is a dependency, not a development dependency', () => {
  const packages = imports.filter(({ specifier }) => !specifier.startsWith('.') && !isBuiltin(specifier))
  expect(packages.length).toBeGreaterThan(50)
  const missing = packages.filter(({ specifier }) => {
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/')
    return !(name in manifest.dependencies) && name !== manifest.name
  })
  expect(missing).toEqual([])
})

test('every file that a container imports is in a folder that the image copies', () => {
  expect(copied).toEqual(expect.arrayContaining(['src', 'instrumentation', 'migrations', 'stack']))
  const outside = imports
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ file, specifier }) => ({ file, target: join(file, '..', specifier) }))
    .filter(({ target }) => !copied.includes(target.split('/')[0]))
  expect(outside).toEqual([])
})

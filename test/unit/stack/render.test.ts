// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what is tested
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { TEMPLATE_VARIABLES } from '../../../prometheus/template-variables.ts'
import { RenderError, render, renderFile, templateValues } from '../../../stack/render.ts'

test.each([
  ['fills a name in', 'port: ${PORT}', { PORT: '1' }, 'port: 1'],
  ['fills every occurrence in', '${A}-${B}-${A}', { A: 'a', B: 'b' }, 'a-b-a'],
  ['takes an empty value as a value', "to: '${A}'", { A: '' }, "to: ''"],
  ['does not read values as templates', '${A}', { A: '${B}' }, '${B}'],
  ['leaves comment lines alone', '  # ${NAME} is filled in\na: ${A}', { A: 'a' }, '  # ${NAME} is filled in\na: a'],
  [
    'escapes what stands in double quotes',
    'a: "${A}" # ${B}\nb: ${A}',
    { A: 'p"a\\s', B: '"' },
    'a: "p\\"a\\\\s" # "\nb: p"a\\s',
  ],
  ['takes quotes before it for closed ones', 'a: "x"${A}', { A: '"' }, 'a: "x""'],
  ['leaves $NAME and $$ alone', '$A $$ ${A}', { A: 'a' }, '$A $$ a'],
])('%s', (_, template, values, expected) => {
  expect(render(template, values)).toBe(expected)
})

test('names every unknown placeholder, the file and the known names, but no value', () => {
  const failing = () => render('${A} ${B} ${C} ${B}', { A: 'secret-value', D: 'd' }, 'some.yml')
  expect(failing).toThrow(RenderError)
  expect(failing).toThrow('some.yml: no value for ${B}, ${C} (known: A, D)')
  expect(failing).not.toThrow(/secret-value/)
})

test('a mail server’s password may hold anything', () => {
  const root = join(import.meta.dirname, '../../..')
  const template = readFileSync(join(root, 'prometheus/alertmanager/alertmanager.yml'), 'utf8')
  const names = [...template.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, 'x'])
  const password = 'q"u\\o\'t: {e} # $HOME'
  const values = { ...Object.fromEntries(names), ALERTMANAGER_SMTP_PASSWORD: password }
  expect(parse(render(template, values))).toMatchObject({ global: { smtp_auth_password: password } })
})

test('does not take names that every object has for known', () => {
  expect(() => render('${toString}', {})).toThrow(RenderError)
})

test('writes files that only their owner can read', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'spanledger-render-'))
  const target = join(dir, 'deep', 'prometheus.yml')
  const root = join(import.meta.dirname, '../../..')
  await renderFile(join(root, 'stack/neo4j/neo4j.conf'), target, {
    NEO4J_BOLT_ADDRESS: '127.0.0.1:7687',
    NEO4J_DATA_DIR: '/data',
    NEO4J_LOGS_DIR: '/logs',
  })
  expect(await readFile(target, 'utf8')).toContain('\nserver.bolt.listen_address=127.0.0.1:7687\n')
  expect((await stat(target)).mode & 0o777).toBe(0o600)
  await rm(dir, { recursive: true })
})

test('takes the environment before a fallback, and fallbacks may name other variables', () => {
  const table = {
    LEDGER_TARGET: { description: '', fallback: '127.0.0.1:${LEDGER_PORT}' },
    INTERVAL: { description: '', fallback: '15s' },
    TOKEN: { description: '' },
  }
  expect(templateValues(table, { LEDGER_PORT: '4400', INTERVAL: '2s' })).toEqual({
    LEDGER_TARGET: '127.0.0.1:4400',
    INTERVAL: '2s',
  })
})

test('every fallback of the real table can be rendered from the ports', () => {
  const ports = { LEDGER_PORT: '1', API_PORT: '2', DEMO_PORT: '3', PROMETHEUS_PORT: '4', ALERTMANAGER_PORT: '5' }
  const more = { COLLECTOR_METRICS_PORT: '6', GRAFANA_PORT: '7', INBOX_SMTP_PORT: '8' }
  const values = templateValues(TEMPLATE_VARIABLES, { ...ports, ...more })
  expect(values.LEDGER_TARGET).toBe('127.0.0.1:1')
  expect(() => templateValues(TEMPLATE_VARIABLES, ports)).toThrow('no value for ${COLLECTOR_METRICS_PORT}')
})

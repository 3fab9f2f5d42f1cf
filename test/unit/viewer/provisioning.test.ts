import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { expandVariables, readDashboards, readDataSources } from '../../../grafana/viewer/server/provisioning.ts'

const dir = mkdtempSync(join(tmpdir(), 'spanledger-provisioning-'))
afterAll(() => rmSync(dir, { recursive: true }))

test.each([
  ['$NAME', 'value'],
  ['${NAME}/x', 'value/x'],
  ['$UNSET-', '-'],
  ['$$__tags $$', '$__tags $'],
  ['plain', 'plain'],
])('%s becomes %s', (text, expanded) => {
  expect(expandVariables(text, { NAME: 'value' })).toBe(expanded)
})

test("reads the project's own data sources, filled in from the environment", async () => {
  const provisioning = resolve(import.meta.dirname, '../../../grafana/provisioning')
  const read = await readDataSources(provisioning, {
    PROMETHEUS_URL: 'http://prometheus:9090',
    TEMPO_URL: 'http://tempo:3200',
    LEDGER_DATABASE_HOST: 'postgres:5432',
    READER_PASSWORD: 'secret',
  })
  const sources = new Map(read.map((source) => [source.uid, source]))
  expect([...sources.keys()]).toEqual(expect.arrayContaining(['prometheus', 'tempo', 'ledger']))
  expect(sources.get('prometheus')).toMatchObject({ orgId: 1, url: 'http://prometheus:9090', isDefault: true })
  expect(sources.get('ledger')).toMatchObject({ url: 'postgres:5432', secureJsonData: { password: 'secret' } })
})

test('reads each dashboard anew, with the folder of its provider', async () => {
  mkdirSync(join(dir, 'dashboards'))
  mkdirSync(join(dir, 'stored'))
  writeFileSync(join(dir, 'dashboards/all.yaml'), 'providers: [{ folder: Mine, options: { path: $STORED } }]')
  const read = () => readDashboards(dir, { STORED: join(dir, 'stored') })
  expect(await read()).toEqual([])
  writeFileSync(join(dir, 'stored/a.json'), '{ "uid": "a", "title": "A" }')
  expect(await read()).toEqual([{ folder: 'Mine', model: { uid: 'a', title: 'A' } }])
})

// The generated files say what the migrations make.
import { readFile } from 'node:fs/promises'
import { afterAll, expect, test } from 'vitest'
import { generatedFiles } from '../../../src/cli/schema/generated-files.ts'
import { createClients } from '../../support/database-clients.ts'
import { createTestDatabase } from '../../support/test-database.ts'

const clients = createClients()
afterAll(clients.end)

test('schema.sql and rows.ts are current (else: npm run generate:schema)', async () => {
  const database = await createTestDatabase()
  const owner = await clients.connect(database.ownerUrl)
  for (const { path, text } of await generatedFiles(owner)) expect(await readFile(path, 'utf8')).toBe(text)
})

test('partitions do not show in schema.sql, a new column does (control)', async () => {
  const database = await createTestDatabase()
  const owner = await clients.connect(database.ownerUrl)
  const [before] = await generatedFiles(owner)
  await owner.query("select ensure_partitions('llm_usage', '2026-01-01', '2026-03-01')")
  expect((await generatedFiles(owner))[0]?.text).toBe(before?.text)
  await owner.query('alter table deals add column colour text')
  expect((await generatedFiles(owner))[0]?.text).not.toBe(before?.text)
})

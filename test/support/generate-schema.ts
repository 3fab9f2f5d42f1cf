// `npm run generate:schema`: writes migrations/schema.sql and src/shared/generated/rows.ts from a fresh database.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import pg from 'pg'
import { generatedFiles } from '../../src/cli/schema/generated-files.ts'
import { migrate } from '../../src/shared/pg-schema.ts'
import { startDatabaseServer } from './database-server.ts'

const server = await startDatabaseServer()
try {
  await migrate(server.url, 'up')
  const client = new pg.Client(server.url)
  await client.connect()
  for (const { path, text } of await generatedFiles(client)) {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
    console.log(`wrote ${path}`)
  }
  await client.end()
} finally {
  await server.stop()
}

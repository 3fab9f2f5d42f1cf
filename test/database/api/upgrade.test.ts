// A database of an earlier day, from before 0101 had alert_silences: the api refuses to start on it and says what to run;
// `bootstrap` brings it up to date, grants included.
import { execFile } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dumpSchema } from '../../../src/cli/schema/dump-schema.ts'
import { JWT_SECRET, runSql, seedOrganisations, startTestApi } from '../../support/api.ts'
import { createClients } from '../../support/database-clients.ts'
import { spanledger } from '../../support/spanledger-cli.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const clients = createClients()
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
})
afterAll(async () => {
  await clients.end()
  await database?.drop()
})

const schema = async () => dumpSchema(await clients.connect(database.ownerUrl))
const startApi = () =>
  new Promise<{ code: number; output: string }>((resolve) => {
    const env = {
      PATH: process.env.PATH,
      API_DATABASE_URL: database.apiUrl,
      API_PORT: '0',
      API_WEBHOOK_TOKEN: 'a-token',
      API_JWT_SECRET: JWT_SECRET,
    }
    execFile(process.execPath, ['src/api/main.ts'], { env, timeout: 90_000 }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    )
  })

it('an older database is refused with what to run, and bootstrap makes it current', { timeout: 200_000 }, async () => {
  const golden = await schema()
  await runSql(
    database,
    `drop table alert_silences, alert_mails, alert_addresses;
     delete from schema_migrations where name in ('0110_alert_silences_of_old_databases', '0111_organisation_mail')`,
  )
  const refused = await startApi()
  expect(refused.code).toBe(1)
  expect(refused.output).toContain('0110_alert_silences_of_old_databases')
  expect(refused.output).toContain('Run: spanledger migrate up')

  const passwords = { WRITER_PASSWORD: 'test', API_DATABASE_PASSWORD: 'test', READER_PASSWORD: 'test' }
  expect(await spanledger(database.ownerUrl, ['bootstrap'], { ...passwords, LEDGER_TOKEN: 'token' })).toMatchObject({
    code: 0,
  })
  expect(await schema()).toBe(golden)
  const api = await startTestApi(database)
  // Reads and writes what the old database did not have, as the api's own role.
  await api.api.silences.settle('acme')
  expect((await api.call('GET', '/readyz')).status).toBe(200)
  // Migrated beneath a running api.
  await runSql(database, `delete from schema_migrations where name = '0111_organisation_mail'`)
  const unready = await api.call('GET', '/readyz')
  expect(unready).toMatchObject({ status: 503, body: { database: true } })
  expect(JSON.stringify(unready.body)).toContain('spanledger migrate up')
  await api.close()
})

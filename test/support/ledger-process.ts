// The ledger as a process of its own over a fresh database, for the tests of one file. In: a sender's name, variables of
// the ledger. Out: where it listens and the sender's token, once the tests run.
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll } from 'vitest'
import { registerWriterToken } from '../../src/cli/writer-tokens.ts'
import { createLedgerProcess, type LedgerProcess } from '../chaos/ledger-process.ts'
import { withClient } from './ledger.ts'
import { createTestDatabase, type TestDatabase } from './test-database.ts'
import { freePorts } from './third-party.ts'

export interface OwnLedger {
  database: TestDatabase
  ledger: LedgerProcess
  port: number
  token: string
}

/** Filled before the first test, taken down after the last. */
export function useLedgerProcess(sender: string, env: Record<string, string> = {}): OwnLedger {
  const own = { token: randomBytes(8).toString('hex') } as OwnLedger
  beforeAll(async () => {
    own.database = await createTestDatabase()
    await withClient(own.database.ownerUrl, (client) => registerWriterToken(client, sender, own.token))
    ;[own.port] = (await freePorts(1)) as [number]
    own.ledger = createLedgerProcess(own.database.writerUrl, own.port, env)
    await own.ledger.start()
  }, 120_000)
  afterAll(async () => {
    await own.ledger?.kill()
    await own.database?.drop()
  })
  return own
}

// A ledger in this process for tests: the real server on a free port over a real database.
// In: a test database. Out: its URL, a token, and posting of OTLP requests.
import { createHash, randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { loadLedgerConfig } from '../../src/ledger/config.ts'
import { createLedger, type Ledger, type LedgerOptions } from '../../src/ledger/ledger.ts'
import { createLogger } from '../../src/shared/logger.ts'
import { pollUntil } from './poll.ts'

export interface TestLedger extends Ledger {
  url: string
  token: string
  post: (path: string, body: Buffer | string, headers?: Record<string, string>) => Promise<Response>
}

/** Registers a token. @param orgIds organisations it is bound to; null for any. */
export async function addToken(ownerUrl: string, orgIds: string[] | null = null): Promise<string> {
  const token = `test_${randomBytes(12).toString('hex')}`
  await withClient(ownerUrl, (client) =>
    client.query('insert into writer_tokens (token_sha256, name, org_ids) values ($1, $2, $3)', [
      createHash('sha256').update(token).digest(),
      token,
      orgIds,
    ]),
  )
  return token
}

export async function startLedger(
  database: { writerUrl: string; ownerUrl: string },
  options: Partial<LedgerOptions> & { env?: Record<string, string>; token?: string } = {},
): Promise<TestLedger> {
  const { env, token: givenToken, ...ledgerOptions } = options
  const token = givenToken ?? (await addToken(database.ownerUrl))
  const config = loadLedgerConfig({ LEDGER_DATABASE_URL: database.writerUrl, LEDGER_PORT: '0', ...env })
  const ledger = createLedger(config, { logger: createLogger('ledger', 'silent'), ...ledgerOptions })
  await new Promise<void>((resolve) => ledger.server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(ledger.server.address() as AddressInfo).port}`
  return {
    ...ledger,
    url,
    token,
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        body,
        headers: {
          'content-type': typeof body === 'string' ? 'application/json' : 'application/x-protobuf',
          authorization: `Bearer ${token}`,
          ...headers,
        },
      }),
  }
}

/** Posts as a sender should: 503 says the ledger is busy, and that answer alone is sent again. */
export async function postWhenRoom(ledger: TestLedger, path: string, body: Buffer | string): Promise<Response> {
  return pollUntil(
    'the ledger has room',
    async () => {
      const response = await ledger.post(path, body)
      if (response.status !== 503) return response
      throw new Error(`503 ${await response.text()}`)
    },
    { timeoutMs: 60_000 },
  )
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

// A world to break: one Postgres, one ledger behind a proxy that cuts, and the check that nothing was lost or doubled.
// In: a seed. Out: cycles, each with its list of what went wrong.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { setRolePasswords } from '../../src/cli/role-passwords.ts'
import { registerWriterToken } from '../../src/cli/writer-tokens.ts'
import { seedPrices } from '../../src/ledger/price/seed-prices.ts'
import { migrate } from '../../src/shared/pg-schema.ts'
import { ledgerDifferences } from '../support/ledger-sums.ts'
import { between, createRandom } from '../support/otlp/random-trace.ts'
import { freePorts } from '../support/third-party.ts'
import { FAULTS } from './faults.ts'
import { createLedgerProcess } from './ledger-process.ts'
import { createPostgres } from './postgres.ts'
import { createProxy } from './proxy.ts'
import { type Sent, sendAll } from './senders.ts'
import { verifyBooked } from './verify.ts'
import { createWorkload } from './workload.ts'

export interface CycleReport {
  fault: string
  seed: number
  acknowledged: number
  /** Requests that met the fault: refused, or cut off without an answer. */
  interrupted: number
  problems: string[]
}

export interface World {
  /** Sends under the fault, then checks everything sent. */
  cycle: (fault: string, seed: number, options?: { traces?: number }) => Promise<CycleReport>
  remove: () => Promise<void>
}

const DATABASE = 'chaos'
const PASSWORD = 'chaos'

export async function createWorld(): Promise<World> {
  const postgres = await createPostgres()
  await postgres.start()
  const url = databaseUrl(postgres.url, DATABASE)
  const token = randomBytes(16).toString('hex')
  await withClient(postgres.url, (client) => client.query(`create database ${DATABASE}`))
  await migrate(url, 'up')
  await withClient(url, async (client) => {
    await setRolePasswords(client, {
      spanledger_writer: PASSWORD,
      spanledger_api: PASSWORD,
      spanledger_reader: PASSWORD,
    })
    await registerWriterToken(client, 'chaos', token)
    await seedPrices(client)
  })
  const [port] = (await freePorts(1)) as [number]
  const ledger = createLedgerProcess(databaseUrl(postgres.url, DATABASE, 'spanledger_writer', PASSWORD), port, {
    LEDGER_GROUP_RECORDS: '200',
  })
  await ledger.start()
  const proxy = await createProxy(port)
  let cycles = 0

  return {
    async cycle(fault, seed, { traces = 60 } = {}) {
      const random = createRandom(seed)
      const orgId = `org-${++cycles}`
      const workload = createWorkload(random, { orgId, traces, nowNanos: BigInt(Date.now()) * 1_000_000n })
      const sending = sendAll(workload.tasks, () => proxy.port, token, 6)
      await new Promise((resolve) => setTimeout(resolve, between(random, 0, 250)))
      const problems: string[] = []
      const breakIt = FAULTS[fault]
      if (!breakIt) throw new Error(`no fault is called ${fault}; there are: ${Object.keys(FAULTS).join(', ')}`)
      await breakIt({ postgres, ledger, proxy, databaseName: DATABASE, random }).catch((error: Error) =>
        problems.push(error.message),
      )
      const sent = await sending
      problems.push(...sent.forbidden)
      // What a cut-off sender left behind may still be on its way to COMMIT.
      problems.push(
        ...(await withClient(url, async (client) => {
          await settled(client)
          return [...(await verifyBooked(client, orgId, workload, sent)), ...(await ledgerDifferences(client))]
        })),
      )
      return { fault, seed, acknowledged: sent.acknowledged.size, interrupted: interruptedOf(sent), problems }
    },
    async remove() {
      await proxy.close()
      await ledger.kill()
      await postgres.remove()
    },
  }
}

const interruptedOf = ({ statuses }: Sent): number =>
  [...statuses].reduce((sum, [status, times]) => (status === 200 ? sum : sum + times), 0)

/** Waits until no writer's transaction is open. */
async function settled(client: pg.Client): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const { rows } = await client.query(
      `select 1 from pg_stat_activity where datname = current_database() and usename = 'spanledger_writer'
         and state in ('active', 'idle in transaction')`,
    )
    if (rows.length === 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function databaseUrl(serverUrl: string, database: string, user?: string, password?: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  if (user) url.username = user
  if (password) url.password = password
  return url.href
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

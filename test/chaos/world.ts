// A world to break: one Postgres, one ledger behind a proxy that cuts, a collector before it when a fault needs one,
// and the check that nothing was lost or doubled. In: a fault and a seed. Out: cycles, each with what went wrong.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { setRolePasswords } from '../../src/cli/role-passwords.ts'
import { createWriterToken, registerWriterToken } from '../../src/cli/writer-tokens.ts'
import { seedPrices } from '../../src/ledger/price/seed-prices.ts'
import { migrate } from '../../src/shared/pg-schema.ts'
import { between, createRandom, shuffle } from '../support/otlp/random-trace.ts'
import { freePorts } from '../support/third-party.ts'
import { createCollectorProcess } from './collector-process.ts'
import { type Counts, NO_COUNTS, pause, type Victims } from './fault.ts'
import { FAULTS } from './faults.ts'
import { createLedgerProcess } from './ledger-process.ts'
import { createPostgres } from './postgres.ts'
import { createProxy } from './proxy.ts'
import { startSending } from './senders.ts'
import { other, type Problem, verifyCycle } from './verify.ts'
import { createWorkload } from './workload.ts'

export interface CycleReport {
  fault: string
  seed: number
  /** Records. */
  acknowledged: number
  /** Answers that were none or a refusal. */
  interrupted: number
  counts: Counts
  problems: Problem[]
}

export interface CycleOptions {
  fault: string
  seed: number
}

export interface World {
  /** Sends under the fault, then checks everything sent. */
  cycle: (options: CycleOptions) => Promise<CycleReport>
  remove: () => Promise<void>
}

const DATABASE = 'chaos'
const PASSWORD = 'chaos'
const SENDERS = 6
const TRACES = 120
/** Cycles in one world: one organisation each. */
export const MAX_CYCLES = 100
const orgOf = (cycle: number): string => `org-${cycle}`

export async function createWorld(): Promise<World> {
  const postgres = await createPostgres()
  await postgres.start()
  const url = databaseUrl(postgres.url, DATABASE)
  const token = randomBytes(16).toString('hex')
  const boundToken = await createDatabase(postgres.url, url, token)
  const [port] = (await freePorts(1)) as [number]
  const ledger = createLedgerProcess(databaseUrl(postgres.url, DATABASE, 'spanledger_writer', PASSWORD), port, {
    LEDGER_GROUP_RECORDS: '200',
  })
  await ledger.start()
  const proxy = await createProxy(port)
  const collector = await createCollectorProcess(`http://127.0.0.1:${proxy.port}`, token)
  let cycles = 0

  return {
    async cycle({ fault: name, seed }) {
      const fault = FAULTS[name]
      if (!fault) throw new Error(`no fault is called ${name}; there are: ${Object.keys(FAULTS).join(', ')}`)
      const random = createRandom(seed)
      const orgId = orgOf(++cycles)
      const throughCollector = fault.through === 'collector'
      if (throughCollector) await collector.start()
      const workload = createWorkload(random, {
        ...{
          orgId,
          traces: fault.traces ?? TRACES,
          identical: fault.identical ?? false,
          nowNanos: BigInt(Date.now()) * 1_000_000n,
        },
        // Behind the collector all records come with the collector's own token.
        ...(!throughCollector && { boundToken }),
      })
      const target = throughCollector ? collector : { port: proxy.port, token }
      const sending = startSending(workload.tasks, target, { waves: fault.waves, lanes: SENDERS })
      const counts = { ...NO_COUNTS }
      const nextWave = async (): Promise<void> => {
        sending.nextWave()
        await pause(between(random, 0, 120))
      }
      const victims: Victims = {
        ...{ postgres, ledger, collector, proxy, databaseName: DATABASE, random, counts, nextWave },
        ...{ finished: sending.finished, refusals: sending.refusals },
      }
      await nextWave()
      const problems: Problem[] = []
      const failed = (error: Error): number => problems.push(other(error.message))
      await fault.hit(victims).catch(failed)
      const sent = await sending.finished()
      if (fault.identical) {
        const again = startSending(shuffle(random, workload.tasks), target, { waves: 1, lanes: SENDERS, pauseMs: 0 })
        await again.finished()
      }
      if (throughCollector) await collector.drained().catch(failed)
      problems.push(...sent.forbidden.map(other))
      const organisations = Array.from({ length: cycles }, (_, index) => orgOf(index + 1))
      await withClient(url, async (client) => {
        // What a cut-off sender left behind may still be on its way to COMMIT.
        await settled(client)
        problems.push(...(await verifyCycle(client, { orgId, organisations, workload, sent })))
      })
      const interrupted = [...sent.statuses].reduce((sum, [status, times]) => (status === 200 ? sum : sum + times), 0)
      return { fault: name, seed, acknowledged: sent.acknowledged.size, interrupted, counts, problems }
    },
    async remove() {
      await proxy.close()
      await collector.remove()
      await ledger.kill()
      await postgres.remove()
    },
  }
}

/** @returns the token of a writer bound to the organisations of the cycles. */
async function createDatabase(serverUrl: string, url: string, token: string): Promise<string> {
  await withClient(serverUrl, (client) => client.query(`create database ${DATABASE}`))
  await migrate(url, 'up')
  return withClient(url, async (client) => {
    await setRolePasswords(client, {
      spanledger_writer: PASSWORD,
      spanledger_api: PASSWORD,
      spanledger_reader: PASSWORD,
    })
    await registerWriterToken(client, 'chaos', token)
    await seedPrices(client)
    const organisations = Array.from({ length: MAX_CYCLES }, (_, index) => orgOf(index + 1))
    return createWriterToken(client, 'bound', organisations)
  })
}

/** Waits until no writer's transaction is open. */
async function settled(client: pg.Client): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const { rows } = await client.query(
      `select 1 from pg_stat_activity where datname = current_database() and usename = 'spanledger_writer'
         and state in ('active', 'idle in transaction')`,
    )
    if (rows.length === 0) return
    await pause(50)
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

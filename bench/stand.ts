// What is measured: a Postgres of its own with fsync on, and the ledger as its own process over a fresh database.
// In: nothing. Out: databases, a ledger, ways to send and to measure.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { setRolePasswords } from '../src/cli/role-passwords.ts'
import { registerWriterToken } from '../src/cli/writer-tokens.ts'
import { seedPrices } from '../src/ledger/price/seed-prices.ts'
import { migrate } from '../src/shared/pg-schema.ts'
import { createPostgres } from '../test/chaos/postgres.ts'
import { pollUntil } from '../test/support/poll.ts'
import { freePorts } from '../test/support/third-party.ts'
import { cpuMicros } from './cpu.ts'
import { peakResidentBytes, residentBytes } from './machine.ts'
import type { Endpoint } from './sender.ts'

const PASSWORD = 'bench'
export const TOKEN = 'bench-token'
const MAIN = fileURLToPath(new URL('../src/ledger/main.ts', import.meta.url))

export interface Stand {
  /** What `select version()` says. */
  version: string
  /** A fresh database with the schema, prices and the token. */
  createDatabase: (name: string) => Promise<void>
  /** An empty database, for others than the ledger. Gives its URL. */
  createEmptyDatabase: (name: string) => Promise<string>
  dropDatabase: (name: string) => Promise<void>
  startLedger: (name: string) => Promise<BenchLedger>
  postgresCpuMicros: () => number
  query: <Row extends pg.QueryResultRow>(database: string, sql: string) => Promise<Row[]>
  remove: () => Promise<void>
}

export interface BenchLedger {
  pid: number
  endpoint: Endpoint
  /** Of the process and what it started. */
  cpuMicros: () => number
  residentBytes: () => number
  /** The highest since the start. */
  peakResidentBytes: () => number
  stop: () => Promise<void>
}

export async function createStand(): Promise<Stand> {
  const postgres = await createPostgres(60, ['shared_buffers=512MB', 'max_wal_size=8GB', 'checkpoint_timeout=30min'])
  await postgres.start()
  const urlOf = (database: string, user = 'postgres', password = 'postgres'): string => {
    const url = new URL(postgres.url)
    Object.assign(url, { pathname: `/${database}`, username: user, password })
    return url.href
  }
  const withClient = async <T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client(urlOf(database))
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  }
  return {
    version: (await withClient('postgres', (client) => client.query('select version()'))).rows[0].version,
    async createEmptyDatabase(name) {
      await withClient('postgres', (client) => client.query(`create database ${name}`))
      return urlOf(name)
    },
    async dropDatabase(name) {
      await withClient('postgres', (client) => client.query(`drop database ${name} with (force)`))
    },
    async createDatabase(name) {
      await withClient('postgres', (client) => client.query(`create database ${name}`))
      await migrate(urlOf(name), 'up')
      await withClient(name, async (client) => {
        const roles = { spanledger_writer: PASSWORD, spanledger_api: PASSWORD, spanledger_reader: PASSWORD }
        await setRolePasswords(client, roles)
        await registerWriterToken(client, 'bench', TOKEN)
        await seedPrices(client)
        await client.query('checkpoint')
      })
    },
    startLedger: (name) => startLedger(urlOf(name, 'spanledger_writer', PASSWORD)),
    postgresCpuMicros: () => cpuMicros(postgres.pid()),
    query: (database, sql) => withClient(database, async (client) => (await client.query(sql)).rows),
    remove: postgres.remove,
  }
}

async function startLedger(databaseUrl: string): Promise<BenchLedger> {
  const [port] = (await freePorts(1)) as [number]
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      LEDGER_DATABASE_URL: databaseUrl,
      LEDGER_PORT: String(port),
      LEDGER_LOG_LEVEL: 'error',
    },
  })
  await pollUntil('the ledger is ready', async () => {
    if (child.exitCode !== null) throw new Error(`the ledger ended with ${child.exitCode}`)
    const response = await fetch(`http://127.0.0.1:${port}/readyz`)
    await response.arrayBuffer()
    if (response.status !== 200) throw new Error(`readyz ${response.status}`)
  })
  const pid = child.pid as number
  return {
    pid,
    endpoint: { port, headers: { authorization: `Bearer ${TOKEN}` } },
    cpuMicros: () => cpuMicros(pid),
    residentBytes: () => residentBytes(pid),
    peakResidentBytes: () => peakResidentBytes(pid),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}

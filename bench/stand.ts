// What is measured: a Postgres of its own with fsync on, and the ledger as its own process over a fresh database.
// In: nothing. Out: databases, a ledger, ways to send and to measure.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
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

const PASSWORD = 'bench'
const TOKEN = 'bench-token'
const MAIN = fileURLToPath(new URL('../src/ledger/main.ts', import.meta.url))

export interface Stand {
  /** A fresh database with the schema, prices and the token. */
  createDatabase: (name: string) => Promise<string>
  startLedger: (name: string) => Promise<BenchLedger>
  postgresCpuMicros: () => number
  query: <Row extends pg.QueryResultRow>(database: string, sql: string) => Promise<Row[]>
  remove: () => Promise<void>
}

export interface BenchLedger {
  /** Resolves with the milliseconds until the answer. @throws when it is not 200. */
  send: (body: Buffer) => Promise<number>
  cpuMicros: () => number
  residentBytes: () => number
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
      return urlOf(name)
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
    const response = await fetch(`http://127.0.0.1:${port}/readyz`)
    await response.arrayBuffer()
    if (response.status !== 200) throw new Error(`readyz ${response.status}`)
  })
  const pid = child.pid as number
  const agent = new Agent({ keepAlive: true })
  return {
    send: (body) => post(port, agent, body),
    cpuMicros: () => cpuMicros(pid),
    residentBytes: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024,
    async stop() {
      agent.destroy()
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}

function post(port: number, agent: Agent, body: Buffer): Promise<number> {
  const startedAtMs = performance.now()
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-protobuf',
      'content-length': body.length,
      authorization: `Bearer ${TOKEN}`,
    }
    const outgoing = request(
      { host: '127.0.0.1', port, path: '/v1/traces', method: 'POST', agent, headers },
      (response) => {
        response.resume()
        response.on('end', () => {
          if (response.statusCode === 200) resolve(performance.now() - startedAtMs)
          else reject(new Error(`answered ${response.statusCode}`))
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

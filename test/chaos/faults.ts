// The faults, each named for what happens to whom. In: the parts of a running world. Out: nothing; the fault is over
// when its promise settles.
import pg from 'pg'
import type { Random } from '../support/otlp/random-trace.ts'
import { between } from '../support/otlp/random-trace.ts'
import type { LedgerProcess } from './ledger-process.ts'
import type { ChaosPostgres } from './postgres.ts'
import type { CutProxy } from './proxy.ts'

export interface Victims {
  postgres: ChaosPostgres
  ledger: LedgerProcess
  proxy: CutProxy
  databaseName: string
  random: Random
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export const FAULTS: Record<string, (victims: Victims) => Promise<void>> = {
  async nothing() {},

  async 'ledger kill -9'({ ledger, random }) {
    await ledger.kill()
    await pause(between(random, 0, 150))
    await ledger.start()
  },

  async 'ledger SIGTERM'({ ledger }) {
    const code = await ledger.terminate()
    await ledger.start()
    if (code !== 0) throw new Error(`the ledger ended with ${code} on SIGTERM, not with 0`)
  },

  async 'Postgres stopped at once (immediate)'({ postgres, random }) {
    await postgres.crash()
    await pause(between(random, 0, 400))
    await postgres.start()
  },

  async 'Postgres and ledger killed together'({ postgres, ledger }) {
    await Promise.all([postgres.crash(), ledger.kill()])
    await Promise.all([postgres.start(), ledger.start()])
  },

  async 'connections terminated by Postgres'({ postgres, databaseName, random }) {
    await asSuperuser(postgres.url, async (client) => {
      for (let i = between(random, 3, 10); i > 0; i--) {
        await client.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where datname = $1 and usename = 'spanledger_writer' and random() < 0.5`,
          [databaseName],
        )
        await pause(between(random, 0, 40))
      }
    })
  },

  async 'requests cut after some bytes'({ proxy, random }) {
    proxy.decide = () => (random() < 0.5 ? { kind: 'request', afterBytes: between(random, 0, 4000) } : { kind: 'none' })
    await pause(400)
    proxy.decide = () => ({ kind: 'none' })
  },

  async 'answers lost after COMMIT'({ proxy, random }) {
    proxy.decide = () => (random() < 0.5 ? { kind: 'response' } : { kind: 'none' })
    await pause(400)
    proxy.decide = () => ({ kind: 'none' })
  },

  async 'no connection left in Postgres'({ postgres, ledger }) {
    // Only a ledger that has to connect anew feels it.
    await ledger.kill()
    const held: pg.Client[] = []
    try {
      for (let i = 0; i < 60; i++) {
        const client = new pg.Client(postgres.url)
        client.on('error', () => {})
        await client.connect()
        held.push(client)
      }
    } catch (error) {
      if ((error as { code?: string }).code !== '53300') throw error
    }
    await ledger.start()
    await pause(300)
    await Promise.all(held.map((client) => client.end()))
  },
}

async function asSuperuser(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

// Faults around a ledger that senders talk to without a collector.
import pg from 'pg'
import { between, pick } from '../support/otlp/random-trace.ts'
import { type Fault, pause, type Victims } from './fault.ts'
import type { Cut } from './proxy.ts'

const HOUR_MS = 3_600_000

export const LEDGER_FAULTS: Record<string, Fault> = {
  'no-fault': { through: 'ledger', waves: 1, mayPassUnnoticed: true, hit: async () => {} },

  'kill-9-ledger': {
    ...{ through: 'ledger', waves: 5 },
    async hit(victims) {
      for (let kills = 0; kills < 4; kills++) {
        await killLedger(victims)
        await pause(between(victims.random, 0, 150))
        await victims.ledger.start()
        await victims.nextWave()
      }
    },
  },

  'sigterm-ledger': {
    ...{ through: 'ledger', waves: 3 },
    async hit({ ledger, counts, nextWave }) {
      for (let times = 0; times < 2; times++) {
        const code = await ledger.terminate()
        counts['SIGTERM of the ledger'] += 1
        await ledger.start()
        if (code !== 0) throw new Error(`the ledger ended with ${code} on SIGTERM, not with 0`)
        await nextWave()
      }
    },
  },

  'postgres-immediate': {
    ...{ through: 'ledger', waves: 2 },
    async hit(victims) {
      await crashPostgres(victims)
      await pause(between(victims.random, 0, 400))
      await victims.postgres.start()
    },
  },

  'postgres-immediate+kill-9-ledger': {
    ...{ through: 'ledger', waves: 2 },
    async hit(victims) {
      await Promise.all([crashPostgres(victims), killLedger(victims)])
      await victims.postgres.start()
      await victims.ledger.start()
    },
  },

  'backends-terminated': {
    ...{ through: 'ledger', waves: 2, mayPassUnnoticed: true },
    async hit({ postgres, databaseName, random, counts, nextWave }) {
      await asSuperuser(postgres.url, async (client) => {
        await nextWave()
        for (let times = between(random, 5, 15); times > 0; times--) {
          const { rowCount } = await client.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where datname = $1 and usename = 'spanledger_writer' and random() < 0.5`,
            [databaseName],
          )
          counts['connections terminated by Postgres'] += rowCount ?? 0
          await pause(between(random, 0, 40))
        }
      })
    },
  },

  'requests-cut': {
    ...{ through: 'ledger', waves: 2 },
    async hit({ proxy, random, counts, nextWave }) {
      // The first one for certain, and before the request is whole.
      let mostBytes = 200
      const decide = (): Cut | undefined => {
        if (mostBytes > 200 && random() < 0.5) return undefined
        const cut: Cut = { kind: 'request', afterBytes: between(random, 0, mostBytes) }
        mostBytes = 4000
        return cut
      }
      counts['requests cut'] += await proxy.during(decide, async () => {
        await nextWave()
        await pause(400)
      })
    },
  },

  'answers-lost': {
    ...{ through: 'ledger', waves: 2 },
    async hit({ proxy, random, counts, nextWave }) {
      let connections = 0
      const decide = (): Cut | undefined => (connections++ === 0 || random() < 0.5 ? { kind: 'response' } : undefined)
      counts['answers lost after COMMIT'] += await proxy.during(decide, async () => {
        await nextWave()
        await pause(400)
      })
    },
  },

  'identical-requests': {
    ...{ through: 'ledger', waves: 1, identical: true, mayPassUnnoticed: true },
    hit: async () => {},
  },

  'max-connections': {
    ...{ through: 'ledger', waves: 2 },
    async hit(victims) {
      // Only a ledger that has to connect anew feels it.
      await killLedger(victims)
      const held = await holdAllConnections(victims.postgres.url)
      victims.counts['times without a free connection'] += 1
      await victims.ledger.start()
      await victims.nextWave()
      await pause(300)
      await Promise.all(held.map((client) => client.end()))
    },
  },

  'clock-jump': {
    ...{ through: 'ledger', waves: 5, mayPassUnnoticed: true },
    async hit({ ledger, random, counts, nextWave }) {
      const first = pick(random, [-HOUR_MS, HOUR_MS])
      for (const offsetMs of [first, -first, first, 0]) {
        await ledger.setClock(offsetMs)
        counts['clock jumps'] += 1
        await nextWave()
      }
    },
  },
}

export async function killLedger({ ledger, counts }: Victims): Promise<void> {
  if (await ledger.kill()) counts['kill -9 of the ledger'] += 1
}

export async function crashPostgres({ postgres, counts }: Victims): Promise<void> {
  await postgres.crash()
  counts['pg_ctl stop -m immediate'] += 1
}

/** @returns what holds them; the error of the one too many must say that there is none left (53300). */
async function holdAllConnections(url: string): Promise<pg.Client[]> {
  const held: pg.Client[] = []
  for (;;) {
    const client = new pg.Client(url)
    client.on('error', () => {})
    try {
      await client.connect()
    } catch (error) {
      if ((error as { code?: string }).code === '53300') return held
      throw error
    }
    held.push(client)
  }
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

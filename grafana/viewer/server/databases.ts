// Open pools of the Postgres data sources. In: a data source. Out: its pool; one whose settings changed gets a new pool.
import { createPostgres, type Postgres } from './postgres.ts'
import type { DataSource } from './provisioning.ts'

export interface Databases {
  of(source: DataSource): Postgres
  close(): Promise<void>
}

export function createDatabases(): Databases {
  const open = new Map<string, { settings: string; postgres: Postgres }>()
  return {
    of(source) {
      // Organisations may use the same uid for data sources with different logins.
      const key = `${source.orgId} ${source.uid}`
      const settings = JSON.stringify(source)
      const known = open.get(key)
      if (known?.settings === settings) return known.postgres
      void known?.postgres.close()
      const postgres = createPostgres(source)
      open.set(key, { settings, postgres })
      return postgres
    },
    close: async () => {
      await Promise.all([...open.values()].map(({ postgres }) => postgres.close()))
    },
  }
}

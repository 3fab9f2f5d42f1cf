// Connected clients for a test database, closed together. In: a URL. Out: rows.
import pg from 'pg'

// biome-ignore lint/suspicious/noExplicitAny: rows of tests are compared whole
export type AnyRow = any

export interface Clients {
  connect: (url: string) => Promise<pg.Client>
  /** One query on a connection of its own. */
  rows: (url: string, text: string, values?: unknown[]) => Promise<AnyRow[]>
  end: () => Promise<void>
}

export function createClients(): Clients {
  const open: pg.Client[] = []
  const connect = async (url: string) => {
    const client = new pg.Client(url)
    // A database dropped at the end of a test ends its connections.
    client.on('error', () => {})
    await client.connect()
    open.push(client)
    return client
  }
  return {
    connect,
    rows: async (url, text, values) => {
      const client = new pg.Client(url)
      await client.connect()
      try {
        return (await client.query(text, values)).rows
      } finally {
        await client.end()
      }
    },
    end: async () => {
      await Promise.all(open.map((client) => client.end()))
    },
  }
}

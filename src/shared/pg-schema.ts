// The database schema as this code knows it: plain SQL files in migrations/, applied by node-pg-migrate under one
// advisory lock. In: an owner URL. Out: what was applied, or an error that tells the operator what to do.
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import pg from 'pg'

const MIGRATIONS_DIR = fileURLToPath(new URL('../../migrations', import.meta.url))
const HISTORY_TABLE = 'schema_migrations'
const UNDEFINED_TABLE = '42P01'

export interface SchemaStatus {
  applied: string[]
  /** In this code, not in the database. */
  pending: string[]
  /** In the database, not in this code: the code is older than the schema. */
  unknown: string[]
}

type Queryable = Pick<pg.ClientBase, 'query'>

/** Names of the migrations this code ships, in order. */
export async function knownMigrations(directory = MIGRATIONS_DIR): Promise<string[]> {
  const files = await readdir(directory)
  return files
    .filter((file) => /^\d+_.*\.sql$/.test(file))
    .map((file) => file.replace(/\.sql$/, ''))
    .sort()
}

/** Compares the database with this code. Any role of ours may call it. */
export async function schemaStatus(database: Queryable, known?: string[]): Promise<SchemaStatus> {
  const names = known ?? (await knownMigrations())
  const applied = await database.query<{ name: string }>(`select name from public.${HISTORY_TABLE} order by name`).then(
    (result) => result.rows.map((row) => row.name),
    (error: { code?: string }) => {
      if (error.code === UNDEFINED_TABLE) return [] as string[]
      throw error
    },
  )
  return {
    applied,
    pending: names.filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !names.includes(name)),
  }
}

/** Services call this before they serve. @throws Error when the schema is newer or older than the code. */
export async function assertSchemaCurrent(database: Queryable, known?: string[]): Promise<void> {
  const { pending, unknown } = await schemaStatus(database, known)
  if (unknown.length > 0) throw newerSchemaError(unknown)
  if (pending.length > 0) {
    throw new Error(`The database schema is older than this code: ${list(pending)} missing. Run: spanledger migrate up`)
  }
}

export type SchemaState =
  | { kind: 'current' }
  /** Not the schema of this code; `message` says what to do. */
  | { kind: 'other'; message: string }
  /** The database does not answer, which passes. */
  | { kind: 'unknown'; message: string }

/** For so long `current` is believed: a migration may be applied beneath a service that runs. */
const SCHEMA_BELIEVED_MS = 10_000

/**
 * The check of a service that may start before its database and be up while it is migrated: asked as often as the caller
 * likes, it looks again until it says `current`, and then every `believedMs`. What is `unknown` must not be written to.
 */
export function createSchemaCheck(
  database: Queryable,
  { believedMs = SCHEMA_BELIEVED_MS, nowMs = () => performance.now() } = {},
): () => Promise<SchemaState> {
  // Read once: another release may be installed over the files of the code that runs.
  let known: Promise<string[]> | undefined
  let believedUntilMs = Number.NEGATIVE_INFINITY
  let looking: Promise<SchemaState> | undefined

  async function look(): Promise<SchemaState> {
    const startedMs = nowMs()
    try {
      await database.query('select 1')
    } catch (error) {
      return { kind: 'unknown', message: `Postgres: ${(error as Error).message}` }
    }
    try {
      known ??= knownMigrations()
      await assertSchemaCurrent(database, await known)
    } catch (error) {
      return { kind: 'other', message: (error as Error).message }
    }
    believedUntilMs = startedMs + believedMs
    return { kind: 'current' }
  }

  return () => {
    if (nowMs() < believedUntilMs) return Promise.resolve({ kind: 'current' })
    looking ??= look().finally(() => {
      looking = undefined
    })
    return looking
  }
}

/** The same as a text for a service's start; undefined also while the database does not answer. */
export async function schemaProblem(database: Queryable): Promise<string | undefined> {
  const state = await createSchemaCheck(database)()
  return state.kind === 'other' ? state.message : undefined
}

/**
 * Applies migrations (`up`: all pending; `down`: the last `count`). Any number of processes may call it at once.
 * @returns names in the order applied.
 * @throws Error when the database holds migrations this code does not know.
 */
export async function migrate(
  ownerUrl: string,
  direction: 'up' | 'down',
  options: { count?: number; log?: (line: string) => void; directory?: string } = {},
): Promise<string[]> {
  await refuseNewerSchema(ownerUrl, await knownMigrations(options.directory))
  const applied = await runner({
    databaseUrl: ownerUrl,
    dir: `${options.directory ?? MIGRATIONS_DIR}/[0-9]*_*.sql`,
    useGlob: true,
    migrationsTable: HISTORY_TABLE,
    direction,
    advisoryLockMode: 'wait',
    // The ledger numbers from 0001 and the api from 0100: a new step of the one may come after steps of the other.
    checkOrder: false,
    ...(options.count === undefined ? {} : { count: options.count }),
    log: () => {},
  }).catch((error: Error) => {
    throw new Error(`Migration ${direction} failed: ${error.message}`, { cause: error })
  })
  for (const { name } of applied) options.log?.(`${direction} ${name}`)
  return applied.map(({ name }) => name)
}

async function refuseNewerSchema(ownerUrl: string, known: string[]): Promise<void> {
  const client = new pg.Client(ownerUrl)
  await client.connect()
  try {
    const { unknown } = await schemaStatus(client, known)
    if (unknown.length > 0) throw newerSchemaError(unknown)
  } finally {
    await client.end()
  }
}

function newerSchemaError(unknown: string[]): Error {
  return new Error(
    `The database schema is newer than this code: it has ${list(unknown)}. Start the release that added it, or undo it there with: spanledger migrate down`,
  )
}

const list = (names: string[]) => names.join(', ')

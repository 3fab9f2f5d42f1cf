#!/usr/bin/env node
// Command line of the stack; the Makefile calls it. In: a command. Out: its exit code.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { ConfigError } from '../src/shared/config.ts'
import { ROOT, STATE_DIR } from './commands/checkout.ts'
import { cleanInDocker, downInDocker, upInDocker } from './commands/docker.ts'
import { clean, down } from './commands/down.ts'
import { install } from './commands/install.ts'
import { logs } from './commands/logs.ts'
import { compose, decideMode, ranInDocker } from './commands/mode.ts'
import { requestStart, requestStop } from './commands/requests.ts'
import { status } from './commands/status.ts'
import { supervise } from './commands/supervise.ts'
import { up } from './commands/up.ts'
import { envExample } from './env-example.ts'
import { liveSupervisor } from './supervisor/state-file.ts'

const program = new Command('stack').description('Runs all of Spanledger on this machine, in Docker or without.')

/** A command that answers with a verdict: false becomes exit code 1. */
const verdict = async (result: boolean | Promise<boolean>) => {
  if (!(await result)) process.exitCode = 1
}

/** The name given with S=, which Compose would not miss. */
const named = (name: string): string => {
  if (name === '') throw new Error('say which, S=<service>; `make status` lists them')
  return name
}

const composeVerdict = async (args: string[]) => verdict((await compose(args)) === 0)

program.command('install').description('create .env, build the components this machine lacks').action(install)
program
  .command('up')
  .description('install, start everything, wait until healthy, print the URLs; Ctrl-C stops it')
  .option('--detach', 'return once everything is healthy', false)
  .option('--demo', 'then load a week of demo data, once', false)
  .option('--mode <mode>', 'docker or native; by default docker where an engine answers and has or can pull the images')
  .action(async (options: { detach: boolean; demo: boolean; mode?: string }) => {
    // What already runs decides; starting the other way beside it would meet it on every port.
    const mode = liveSupervisor(STATE_DIR) ? 'native' : await decideMode(options.mode, (line) => console.log(line))
    await verdict(mode === 'docker' ? upInDocker(options) : up(options))
  })
program
  .command('down')
  .description('stop everything')
  .action(() => (ranInDocker() ? downInDocker() : down()))
program
  .command('status')
  .description('state, process, restarts and URL of each service')
  .action(() => (ranInDocker() ? composeVerdict(['ps']) : verdict(status())))
program
  .command('logs')
  .description('last lines of all or the named services, then what comes')
  .argument('[services...]')
  .option('--no-follow', 'end after the last lines')
  .action((services: string[], { follow }: { follow: boolean }) =>
    ranInDocker()
      ? composeVerdict(['logs', '--tail', '40', ...(follow ? ['--follow'] : []), ...services])
      : logs(services, follow),
  )
program
  .command('stop')
  .description('stop one service and keep it stopped; without a name it lists them')
  .argument('[service]')
  .action((name = '') =>
    ranInDocker() ? composeVerdict(['stop', named(name)]) : console.log(requestStop(STATE_DIR, name)),
  )
program
  .command('start')
  .description('start a service that was stopped or failed; without a name it lists them')
  .argument('[service]')
  .action((name = '') =>
    ranInDocker() ? composeVerdict(['start', named(name)]) : console.log(requestStart(STATE_DIR, name)),
  )
program
  .command('clean')
  .description('stop everything and remove its data (.spanledger/)')
  .action(async () => {
    if (ranInDocker()) await cleanInDocker()
    await clean()
  })
program
  .command('env-example')
  .description('write .env.example from the configuration schemas')
  .action(() => writeFileSync(join(ROOT, '.env.example'), envExample()))
program.command('supervise', { hidden: true }).action(supervise)

try {
  await program.parseAsync()
} catch (error) {
  // People get the message; a stack only where the error is none of those thrown on purpose.
  const expected = error instanceof ConfigError || (error instanceof Error && error.constructor === Error)
  console.error(expected ? (error as Error).message : error)
  process.exitCode = 1
}

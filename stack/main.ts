#!/usr/bin/env node
// Command line of the stack; the Makefile calls it. In: a command. Out: its exit code.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { ConfigError } from '../src/shared/config.ts'
import { ROOT } from './commands/checkout.ts'
import { clean, down } from './commands/down.ts'
import { install } from './commands/install.ts'
import { logs } from './commands/logs.ts'
import { status } from './commands/status.ts'
import { holdService, supervise } from './commands/supervise.ts'
import { up } from './commands/up.ts'
import { envExample } from './env-example.ts'

const program = new Command('stack').description('Runs all of Spanledger on this machine without Docker.')

/** A command that answers with a verdict: false becomes exit code 1. */
const verdict = async (result: boolean | Promise<boolean>) => {
  if (!(await result)) process.exitCode = 1
}

program.command('install').description('create .env, build the components this machine lacks').action(install)
program
  .command('up')
  .description('install, start everything, wait until healthy, print the URLs; Ctrl-C stops it')
  .option('--detach', 'return once everything is healthy', false)
  .action((options: { detach: boolean }) => verdict(up(options)))
program
  .command('down')
  .description('stop everything')
  .action(() => down())
program
  .command('status')
  .description('state, process, restarts and URL of each service')
  .action(() => verdict(status()))
program
  .command('logs')
  .description('last lines of all or the named services, then what comes')
  .argument('[services...]')
  .option('--no-follow', 'end after the last lines')
  .action((services: string[], options: { follow: boolean }) => logs(services, options.follow))
program
  .command('stop')
  .description('stop one service and keep it stopped')
  .argument('<service>')
  .action((name: string) => holdService(name, true))
program
  .command('start')
  .description('start a service that was stopped')
  .argument('<service>')
  .action((name: string) => holdService(name, false))
program.command('clean').description('stop everything and remove its data (.spanledger/)').action(clean)
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

#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
// The operator's command line. In: arguments and SPANLEDGER_DATABASE_URL. Out: text on standard output; exit code 1
// and one line on standard error when something is wrong.
import { Command } from 'commander'
import { addBootstrap } from './commands/bootstrap.ts'
import { addBudget } from './commands/budget.ts'
import { addMigrate } from './commands/migrate.ts'

const program = new Command('spanledger').description('Operates a Spanledger installation.')
for (const add of [addMigrate, addBootstrap, addBudget]) add(program)

try {
  await program.parseAsync()
} catch (error) {
  console.error(`spanledger: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

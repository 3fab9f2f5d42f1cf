#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
// The operator's command line. In: arguments and SPANLEDGER_DATABASE_URL. Out: text on standard output; exit code 1
// and one line on standard error when something is wrong.
import { Command } from 'commander'
import { addApiKey } from './commands/api-key.ts'
import { addBootstrap } from './commands/bootstrap.ts'
import { addBudget } from './commands/budget.ts'
import { addDemoData } from './commands/demo-data.ts'
import { addExplain } from './commands/explain.ts'
import { addMigrate } from './commands/migrate.ts'
import { addPrices } from './commands/prices.ts'
import { addReprice } from './commands/reprice.ts'
import { addRetention } from './commands/retention.ts'
import { addTenant } from './commands/tenant.ts'
import { addToken } from './commands/token.ts'

const program = new Command('spanledger').description('Operates a Spanledger installation.')
const COMMANDS = [
  addMigrate,
  addBootstrap,
  addTenant,
  addToken,
  addApiKey,
  addPrices,
  addReprice,
  addExplain,
  addRetention,
  addBudget,
  addDemoData,
]
for (const add of COMMANDS) add(program)

try {
  await program.parseAsync()
} catch (error) {
  console.error(`spanledger: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

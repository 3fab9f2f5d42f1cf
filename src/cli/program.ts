// The commands of `spanledger`. In: nothing. Out: a program to parse arguments with, and to read what there is to document.
import { Command } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { addAccessToken } from './commands/access-token.ts'
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

const COMMANDS = [
  addMigrate,
  addBootstrap,
  addTenant,
  addToken,
  addApiKey,
  addAccessToken,
  addPrices,
  addReprice,
  addExplain,
  addRetention,
  addBudget,
  addDemoData,
]

export function createProgram(): Command {
  const program = new Command('spanledger')
    .description('Operates a Spanledger installation.')
    .version(manifest.version)
    .addHelpText('after', '\nSPANLEDGER_DATABASE_URL says which database: the URL of a superuser or of the owner.')
  for (const add of COMMANDS) add(program)
  return program
}

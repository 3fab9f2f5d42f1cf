// `spanledger bootstrap`: makes an empty or older database ready to serve. In: the owner URL and the secrets of .env.
// Out: current schema, roles with passwords, the collector's token, the price book, partitions and, unless told not to, the
// demo organisations. Running it again changes nothing.
import type { Command } from 'commander'
import { seedPrices } from '../../ledger/price/seed-prices.ts'
import { loadConfig, secret } from '../../shared/config.ts'
import { migrate } from '../../shared/pg-schema.ts'
import { asOwner, databaseUrl, withDatabase } from '../database.ts'
import { createDemoOrganisations } from '../demo-organisations.ts'
import { setRolePasswords } from '../role-passwords.ts'
import { registerWriterToken } from '../writer-tokens.ts'

const SECRETS = {
  WRITER_PASSWORD: secret(),
  API_DATABASE_PASSWORD: secret(),
  READER_PASSWORD: secret(),
  LEDGER_TOKEN: secret(),
}

async function bootstrap(url: string, { demo }: { demo: boolean }): Promise<void> {
  // Only the names themselves as prefixes: other services' variables stand in the same environment.
  const secrets = loadConfig(SECRETS, 'SPANLEDGER_BOOTSTRAP_')
  await migrate(url, 'up', { log: (line) => console.log(line) })
  await withDatabase(async (client) => {
    await client.query('select secure_database()')
    await setRolePasswords(client, {
      spanledger_writer: secrets.WRITER_PASSWORD,
      spanledger_api: secrets.API_DATABASE_PASSWORD,
      spanledger_reader: secrets.READER_PASSWORD,
    })
    await asOwner(client, async () => {
      await registerWriterToken(client, 'collector', secrets.LEDGER_TOKEN)
      await seedPrices(client)
      if (demo) await createDemoOrganisations(client)
      await client.query('select ensure_partitions_ahead()')
    })
  }, url)
}

export function addBootstrap(program: Command): void {
  program
    .command('bootstrap')
    .description(
      'Makes a database ready to serve: schema, passwords, the collector’s token, prices. Again changes nothing.',
    )
    .option('--no-demo', 'without the organisations of the demo app')
    .addHelpText('after', `\nIt reads ${Object.keys(SECRETS).join(', ')} from the environment.`)
    .action(async ({ demo }: { demo: boolean }) => {
      await bootstrap(databaseUrl(), { demo })
      console.log('The database is ready.')
    })
}

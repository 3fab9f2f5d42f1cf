// `./spanledger`: the command line on this checkout's stack. In: arguments, `.env`. Out: what src/cli/main.ts does. Where
// SPANLEDGER_DATABASE_URL is set, nothing of `.env` is used: another database has other passwords.
import { existsSync } from 'node:fs'
import { checkoutContext, ENV_FILE } from './commands/checkout.ts'
import { HOST } from './services/context.ts'
import { superuserUrl } from './services/postgres.ts'

if (!process.env.SPANLEDGER_DATABASE_URL && existsSync(ENV_FILE)) {
  const context = checkoutContext()
  const { WRITER_PASSWORD, API_DATABASE_PASSWORD, READER_PASSWORD, LEDGER_TOKEN, API_JWT_SECRET } = context.secrets
  Object.assign(process.env, {
    SPANLEDGER_DATABASE_URL: superuserUrl(context),
    SPANLEDGER_API_URL: process.env.SPANLEDGER_API_URL ?? `http://${HOST}:${context.ports.API_PORT}`,
    ...{ WRITER_PASSWORD, API_DATABASE_PASSWORD, READER_PASSWORD, LEDGER_TOKEN, API_JWT_SECRET },
  })
}
await import('../src/cli/main.ts')

// `spanledger token create|revoke|list`: who may send telemetry. In: arguments. Out: a token shown once.
import type { Command } from 'commander'
import { isTenantId } from '../../shared/ids.ts'
import { asOwner, withDatabase } from '../database.ts'
import { requireOrganisations } from '../organisations.ts'
import { createWriterToken, listWriterTokens, revokeWriterToken } from '../writer-tokens.ts'

export function addToken(program: Command): void {
  const token = program.command('token').description('Bearer tokens of telemetry senders.')

  token
    .command('create <name>')
    .description('Makes a token and prints it once.')
    .option('--org <org_id...>', 'organisations the sender may write for; without it: any')
    .option('--force', 'also for organisations that do not exist yet')
    .action((name: string, options: { org?: string[]; force?: true }) =>
      withDatabase(async (client) => {
        const orgIds = options.org ?? []
        const malformed = orgIds.filter((orgId) => !isTenantId(orgId))
        if (malformed.length > 0)
          throw new Error(`no organisation ids: ${malformed.join(', ')}; they are 1 to 128 of A-Z a-z 0-9 . _ : @ -`)
        const token = await asOwner(client, async () => {
          // A token bound to a misspelt organisation has everything else its sender sends rejected.
          if (!options.force) await requireOrganisations(client, orgIds, '--force goes ahead without')
          return createWriterToken(client, name, options.org ?? null)
        })
        console.log(token)
      }),
    )

  token
    .command('revoke <name>')
    .description('Ends a token; the ledger refuses it within seconds.')
    .action((name: string) =>
      withDatabase(async (client) => {
        const revoked = await asOwner(client, () => revokeWriterToken(client, name))
        if (!revoked) throw new Error(`no valid token named ${name}; spanledger token list shows them`)
        console.log(`Token ${name} is revoked.`)
      }),
    )

  token
    .command('list')
    .description('Lists tokens; the tokens themselves are not kept.')
    .action(() =>
      withDatabase(async (client) => {
        for (const { name, orgIds, createdAt, revokedAt } of await listWriterTokens(client)) {
          const state = revokedAt ? `revoked ${revokedAt.toISOString()}` : 'valid'
          console.log([name, orgIds?.join(',') ?? 'any organisation', createdAt.toISOString(), state].join('\t'))
        }
      }),
    )
}

// `spanledger api-key create|list|revoke`: programs that ask the api. In: arguments. Out: a key shown once.
import { type Command, Option } from 'commander'
import { type ApiKey, createApiKey, KEY_ROLES, type KeyRole, listApiKeys, revokeApiKey } from '../api-keys.ts'
import { asOwner, withDatabase } from '../database.ts'
import { requireOrganisations } from '../organisations.ts'
import { parseTime } from '../parse-time.ts'

export function addApiKey(program: Command): void {
  const apiKey = program.command('api-key').description('Keys of programs that ask the api.')

  apiKey
    .command('create <name>')
    .description('Makes a key of one organisation and prints it once.')
    .requiredOption('--org <org_id>', 'the organisation whose figures it may see')
    .addOption(new Option('--role <role>', 'what it may do there').choices(KEY_ROLES).default('member'))
    .option('--expires <time>', 'end of its validity; without it: until it is revoked', parseTime)
    .action((name: string, { org, role, expires }: { org: string; role: KeyRole; expires?: Date }) =>
      withDatabase(async (client) => {
        const asked = { orgId: org, name, role, expiresAt: expires ?? null }
        console.log(await asOwner(client, () => createApiKey(client, asked)))
      }),
    )

  apiKey
    .command('list')
    .description('Lists keys; the keys themselves are not kept.')
    .option('--org <org_id>', 'only of this organisation')
    .action(({ org }: { org?: string }) =>
      withDatabase(async (client) => {
        if (org !== undefined) await requireOrganisations(client, [org])
        for (const key of await asOwner(client, () => listApiKeys(client, org))) {
          console.log([key.orgId, key.name, key.role, key.createdAt.toISOString(), stateOf(key)].join('\t'))
        }
      }),
    )

  apiKey
    .command('revoke <name>')
    .description('Ends a key at once.')
    .requiredOption('--org <org_id>', 'its organisation')
    .action((name: string, { org }: { org: string }) =>
      withDatabase(async (client) => {
        const revoked = await asOwner(client, () => revokeApiKey(client, org, name))
        if (!revoked) throw new Error(`${org} has no valid key named ${name}; spanledger api-key list shows them`)
        console.log(`Key ${name} of ${org} is revoked.`)
      }),
    )
}

function stateOf({ expiresAt, revokedAt }: ApiKey): string {
  if (revokedAt) return `revoked ${revokedAt.toISOString()}`
  if (!expiresAt) return 'valid'
  return `${expiresAt.getTime() > Date.now() ? 'valid until' : 'expired'} ${expiresAt.toISOString()}`
}

// `spanledger tenant create|reader|grafana|member|members|list|drop`. In: arguments. Out: organisations, logins, members.
import { type Command, Option } from 'commander'
import { withDatabase } from '../database.ts'
import { removeTenantFile } from '../grafana/tenant-file.ts'
import { listMembers, MEMBER_ROLES, type MemberRole, removeMember, setMember } from '../members.ts'
import { createReader, createTenant, dropTenant } from '../tenants.ts'
import { addTenantGrafana } from './tenant-grafana.ts'

export function addTenant(program: Command): void {
  const tenant = program.command('tenant').description('Organisations, their members and their database logins.')

  tenant
    .command('create <org_id>')
    .description('Creates an organisation; one that exists is renamed where --name says so.')
    .option('--name <name>', 'name people read (new ones: the id)')
    .action((orgId: string, options: { name?: string }) =>
      withDatabase(async (client) => {
        await createTenant(client, orgId, options.name)
        console.log(`Organisation ${orgId} exists.`)
      }),
    )

  tenant
    .command('reader <org_id>')
    .description('Makes the read-only login of an organisation for Grafana and BI tools, or renews its password.')
    .action((orgId: string) =>
      withDatabase(async (client) => {
        const login = await createReader(client, orgId)
        console.log(
          `user      ${login.role}\npassword  ${login.password}\nShown once. It sees ${orgId} and nothing else.`,
        )
      }),
    )

  addTenantGrafana(tenant)

  tenant
    .command('member <org_id> <user_id>')
    .description('Adds a user to an organisation, or changes what is given here; the rest stays.')
    .addOption(new Option('--role <role>', 'what they may do there (new users: member)').choices(MEMBER_ROLES))
    .option('--alert-email <address>', 'mail the organisation’s alerts there, as long as the role is admin')
    .option('--no-alert-email', 'mail no alerts any more')
    .option('--remove', 'they are no member any more, from their next request on')
    .action(changeMember)

  tenant
    .command('members <org_id>')
    .description('Lists the users of an organisation, their roles, and where its alerts are mailed.')
    .action((orgId: string) =>
      withDatabase(async (client) => {
        for (const { userId, role, address } of await listMembers(client, orgId))
          console.log(`${userId}\t${role}\t${address ?? 'no alert mails'}`)
      }),
    )

  tenant
    .command('list')
    .description('Lists organisations.')
    .action(() =>
      withDatabase(async (client) => {
        const { rows } = await client.query<{ org_id: string; name: string; deals: string; login: string | null }>(
          `select o.org_id, o.name, (select count(*) from deals d where d.org_id = o.org_id) as deals,
             (select min(role_name) from tenant_readers r where r.org_id = o.org_id) as login
           from organisations o order by o.org_id`,
        )
        for (const row of rows)
          console.log(`${row.org_id}\t${row.name}\t${row.deals} deals\t${row.login ?? 'no login'}`)
      }),
    )

  tenant
    .command('drop <org_id>')
    .description('Removes an organisation with all its rows, roll-ups and its login. Cannot be undone.')
    .requiredOption('--yes <org_id>', 'the organisation again, to be sure')
    .option('--files <folder>', 'folder of the viewer’s file', '.spanledger/grafana')
    .action((orgId: string, options: { yes: string; files: string }) =>
      withDatabase(async (client) => {
        if (options.yes !== orgId) throw new Error(`--yes ${options.yes} does not name ${orgId}; nothing was removed`)
        const removed = await dropTenant(client, orgId)
        if (Object.keys(removed).length === 0)
          throw new Error(`nothing is kept of an organisation ${orgId}; spanledger tenant list shows what there is`)
        for (const [table, rows] of Object.entries(removed)) console.log(`${table}\t${rows} rows removed`)
        const file = await removeTenantFile(options.files, orgId)
        if (file) console.log(`${file} removed`)
        console.log(`Organisation ${orgId} is gone.`)
      }),
    )
}

interface MemberOptions {
  role?: MemberRole
  /** False: --no-alert-email. */
  alertEmail?: string | false
  remove?: true
}

async function changeMember(orgId: string, userId: string, { role, alertEmail, remove }: MemberOptions): Promise<void> {
  if (remove && (role !== undefined || alertEmail !== undefined)) throw new Error('--remove goes with no other option')
  await withDatabase(async (client) => {
    if (remove) {
      if (!(await removeMember(client, orgId, userId)))
        throw new Error(`${userId} is no member of ${orgId}; spanledger tenant members ${orgId} lists them`)
      console.log(`${userId} is no member of ${orgId} any more.`)
      return
    }
    const address = alertEmail === false ? null : alertEmail
    console.log(`${userId} is ${await setMember(client, orgId, userId, { role, address })} of ${orgId}.`)
    if (address === undefined) return
    console.log(
      address === null ? `No alerts are mailed to ${userId}.` : `Alerts of ${orgId} are mailed to ${address}.`,
    )
  })
}

// `spanledger tenant create|reader|grafana|member|list|drop`. In: arguments. Out: organisations, logins, members.
import { type Command, Option } from 'commander'
import { withDatabase } from '../database.ts'
import { createReader, createTenant, dropTenant, type MemberRole, setAlertAddress, setMember } from '../tenants.ts'
import { addTenantGrafana } from './tenant-grafana.ts'

export function addTenant(program: Command): void {
  const tenant = program.command('tenant').description('Organisations, their members and their database logins.')

  tenant
    .command('create <org_id>')
    .description('Creates an organisation, or renames it.')
    .option('--name <name>', 'name people read')
    .action((orgId: string, options: { name?: string }) =>
      withDatabase(async (client) => {
        await createTenant(client, orgId, options.name ?? orgId)
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
    .description('Adds a user to an organisation, or changes the role.')
    .addOption(new Option('--role <role>').choices(['member', 'admin', 'superadmin']).default('member'))
    .option('--alert-email <address>', 'mail the organisation’s alerts there, as long as the role is admin')
    .option('--no-alert-email', 'mail no alerts any more')
    .action((orgId: string, userId: string, options: { role: MemberRole; alertEmail?: string | boolean }) =>
      withDatabase(async (client) => {
        const { role, alertEmail } = options
        if (typeof alertEmail === 'string' && role === 'member')
          throw new Error('only admins are mailed alerts; say --role admin')
        await setMember(client, orgId, userId, role)
        console.log(`${userId} is ${role} of ${orgId}.`)
        // commander: --no-alert-email makes it false; neither option leaves it undefined or true.
        if (typeof alertEmail !== 'string' && alertEmail !== false) return
        await setAlertAddress(client, orgId, userId, alertEmail || null)
        console.log(
          alertEmail ? `Alerts of ${orgId} are mailed to ${alertEmail}.` : `No alerts are mailed to ${userId}.`,
        )
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
    .action((orgId: string, options: { yes: string }) =>
      withDatabase(async (client) => {
        if (options.yes !== orgId) throw new Error(`--yes ${options.yes} does not name ${orgId}; nothing was removed`)
        const removed = await dropTenant(client, orgId)
        for (const [table, rows] of Object.entries(removed)) console.log(`${table}\t${rows} rows removed`)
        console.log(`Organisation ${orgId} is gone.`)
      }),
    )
}

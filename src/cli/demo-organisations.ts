// The organisations of the demo and their deals. In: a connection as owner. Out: the rows, once.
import type pg from 'pg'

export const DEMO_ORGANISATIONS: { orgId: string; name: string; deals: [dealId: string, name: string][] }[] = [
  {
    orgId: 'acme',
    name: 'Acme Capital',
    deals: [
      ['falcon', 'Project Falcon'],
      ['heron', 'Project Heron'],
    ],
  },
  {
    orgId: 'globex',
    name: 'Globex Partners',
    deals: [
      ['atlas', 'Project Atlas'],
      ['orion', 'Project Orion'],
    ],
  },
  {
    orgId: 'initech',
    name: 'Initech Advisory',
    deals: [
      ['juniper', 'Project Juniper'],
      ['maple', 'Project Maple'],
    ],
  },
]

export async function createDemoOrganisations(client: pg.ClientBase): Promise<void> {
  for (const { orgId, name, deals } of DEMO_ORGANISATIONS) {
    await client.query('insert into organisations (org_id, name) values ($1, $2) on conflict do nothing', [orgId, name])
    for (const [dealId, dealName] of deals) {
      await client.query('insert into deals (org_id, deal_id, name) values ($1, $2, $3) on conflict do nothing', [
        orgId,
        dealId,
        dealName,
      ])
    }
  }
}

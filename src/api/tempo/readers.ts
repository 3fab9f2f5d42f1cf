// Whose traces a request may read. In: a request. Out: work done with the caller's organisation, or, with the superadmin
// reader's token (the data source superadmins share), with all of them.
import type { Request } from 'express'
import { UNATTRIBUTED_ORG } from '../../shared/ids.ts'
import { type Client, type Pool, withOrg } from '../../shared/pg.ts'
import { withAllOrganisations } from '../all-organisations.ts'
import { credentialOf, sameSecret } from '../auth/authenticate.ts'
import type { Guard } from '../http/route.ts'

export interface TempoReaders {
  read<T>(request: Request, work: (client: Client, orgIds: string[]) => Promise<T>): Promise<T>
}

export function createTempoReaders(pool: Pool, guard: Guard, readerToken: string | undefined): TempoReaders {
  return {
    async read(request, work) {
      if (readerToken !== undefined && sameSecret(credentialOf(request) ?? '', readerToken)) {
        return withAllOrganisations(pool, async (client) => {
          const { rows } = await client.query<{ org_id: string }>('select org_id from organisations')
          return work(client, [...rows.map((row) => row.org_id), UNATTRIBUTED_ORG])
        })
      }
      const { orgId } = await guard(request, 'member')
      return withOrg(pool, orgId, (client) => work(client, [orgId]))
    },
  }
}

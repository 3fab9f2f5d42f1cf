// Which organisation a record belongs to, and whether its writer may write for it.
// In: decoded records and the writer. Out: the records that stay, each with its organisation; counts of the rest.
import { ATTR } from '../../../instrumentation/semconv.ts'
import { isTenantId, UNATTRIBUTED_ORG } from '../../shared/ids.ts'
import { ownOrShared, type Promoted } from '../asked-keys.ts'
import { count, type Decoded } from '../decode/decoded.ts'
import type { Attributes } from '../span.ts'
import type { Writer } from './writer-tokens.ts'

interface Attributed {
  orgId: string
  attributes: Attributes
  resource: Attributes
  promoted?: Promoted
}

/** Sets `orgId` on every record and drops those of organisations the writer is not bound to. */
export function attribute<Item extends Attributed>(decoded: Decoded<Item>, writer: Writer): Item[] {
  const { orgIds } = writer
  // A writer bound to one organisation need not repeat it on every record.
  const fallback = orgIds?.size === 1 ? ([...orgIds][0] as string) : UNATTRIBUTED_ORG
  return decoded.items.filter((item) => {
    item.orgId = organisation(item, decoded, fallback)
    if (orgIds === null || orgIds.has(item.orgId)) return true
    count(decoded.rejected, 'foreign_organisation')
    return false
  })
}

function organisation(item: Attributed, decoded: Decoded<unknown>, fallback: string): string {
  const own = item.promoted ? item.promoted[0] : item.attributes[ATTR.orgId]
  const named = ownOrShared(own, item.resource[ATTR.orgId])
  if (named === undefined || named === null || named === '') return fallback
  if (isTenantId(named)) return named
  // A name that is no id cannot be trusted to mean the writer's own organisation.
  count(decoded.cleaned, 'invalid_organisation')
  return UNATTRIBUTED_ORG
}

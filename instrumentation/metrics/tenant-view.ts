// Tenant labels on metrics of other libraries. In: a point's attributes and the context it was recorded in. Out: the
// same with org_id and bounded deal_id; the library's own points come with them already.
import type { Attributes, Context } from '@opentelemetry/api'
import type { IAttributesProcessor, ViewOptions } from '@opentelemetry/sdk-metrics'
import { ATTR } from '../semconv.ts'
import { tenantAttributes } from '../tenant/context.ts'
import { activeLabels } from './instruments.ts'

const addTenant: IAttributesProcessor = {
  process(incoming: Attributes, ctx?: Context): Attributes {
    if (ctx === undefined || incoming[ATTR.orgId] !== undefined) return incoming
    const tenant = tenantAttributes(ctx)
    if (!tenant) return incoming
    const labels = { ...incoming }
    activeLabels().addTenant(labels, tenant)
    return labels
  },
}

/** One view for all instruments; more than one matching view would make more than one stream. */
export const tenantView = (aggregationCardinalityLimit: number): ViewOptions => ({
  instrumentName: '*',
  attributesProcessors: [addTenant],
  aggregationCardinalityLimit,
})

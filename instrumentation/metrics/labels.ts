// The labels of metric points. In: tenant and span attributes. Out: the few of them that may become labels, each
// bounded. Ids of users, sessions and traces are never among them.
import type { Attributes, AttributeValue } from '@opentelemetry/api'
import { ATTR, OTHER_DEAL } from '../semconv.ts'
import { BoundedValues } from './bounded-values.ts'

export interface LabelLimits {
  /** Organisations that keep their name in this process. */
  orgs: number
  /** Deals of one organisation that keep their name; the others are counted under `_other`. */
  dealsPerOrg: number
  /** Distinct values of every other label. */
  values: number
}

export const DEFAULT_LABEL_LIMITS: LabelLimits = { orgs: 1000, dealsPerOrg: 20, values: 100 }

const OTHER = '_other'

/** Labels taken over from the tenant context and from the call; everything else is left out. */
const BOUNDED_KEYS = [
  ATTR.feature,
  ATTR.department,
  ATTR.agentId,
  ATTR.environment,
  ATTR.requestModel,
  ATTR.responseModel,
  ATTR.providerName,
  ATTR.operationName,
  ATTR.errorType,
] as const

export class Labels {
  readonly #limits: LabelLimits
  readonly #orgs: BoundedValues
  readonly #deals = new Map<string, BoundedValues>()
  readonly #values = new Map<string, BoundedValues>()

  constructor(limits: LabelLimits = DEFAULT_LABEL_LIMITS) {
    this.#limits = limits
    this.#orgs = new BoundedValues(limits.orgs, OTHER)
    for (const key of BOUNDED_KEYS) this.#values.set(key, new BoundedValues(limits.values, OTHER))
  }

  /** Writes org_id and bounded deal_id of `from` into `target`. */
  addTenant(target: Attributes, from: Readonly<Attributes> | undefined): void {
    const org = from?.[ATTR.orgId]
    if (typeof org !== 'string') return
    const namedOrg = this.#orgs.bound(org)
    target[ATTR.orgId] = namedOrg
    const deal = from?.[ATTR.dealId]
    if (typeof deal === 'string') target[ATTR.dealId] = namedOrg === org ? this.#dealsOf(org).bound(deal) : OTHER_DEAL
  }

  /** Labels for one point: tenant first, then what the call knows, which wins. */
  of(tenant: Readonly<Attributes> | undefined, call: Readonly<Attributes>): Attributes {
    const labels: Attributes = {}
    this.addTenant(labels, tenant)
    for (const key of BOUNDED_KEYS) {
      const value: AttributeValue | undefined = call[key] ?? tenant?.[key]
      if (typeof value === 'string') labels[key] = this.#values.get(key)?.bound(value) ?? OTHER
    }
    return labels
  }

  /** Deals counted under `_other`, by organisation; organisations without any are left out. */
  foldedDeals(): [orgId: string, deals: number][] {
    return [...this.#deals].flatMap(([org, deals]) =>
      deals.foldedCount > 0 ? [[org, deals.foldedCount] satisfies [string, number]] : [],
    )
  }

  #dealsOf(org: string): BoundedValues {
    let deals = this.#deals.get(org)
    if (!deals) {
      deals = new BoundedValues(this.#limits.dealsPerOrg, OTHER_DEAL)
      this.#deals.set(org, deals)
    }
    return deals
  }
}

// The labels of metric points. In: tenant and call attributes. Out: the few of them that may become labels, each
// bounded. Ids of users, sessions and traces are never among them.
import type { Attributes } from '@opentelemetry/api'
import { redact } from '../content/redact.ts'
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

export const DEFAULT_LABEL_LIMITS: LabelLimits = { orgs: 1000, dealsPerOrg: 10, values: 100 }

const OTHER = '_other'
const MAX_REMEMBERED = 4_096

/**
 * Labels taken over from the tenant context and from the call; everything else is left out. In alphabetical order: the
 * SDK sorts the labels of every point it records, and sorting what is sorted is quick.
 */
const KEYS = [
  ATTR.dealId,
  ATTR.department,
  ATTR.environment,
  ATTR.errorType,
  ATTR.feature,
  ATTR.agentId,
  ATTR.operationName,
  ATTR.providerName,
  ATTR.requestModel,
  ATTR.responseModel,
  ATTR.tokenType,
  ATTR.orgId,
  ATTR.featureStatus,
] as const

const TENANT_LABELS = [ATTR.dealId, ATTR.department, ATTR.environment, ATTR.feature, ATTR.agentId, ATTR.orgId] as const

/** What a call or run may say itself; a run names its feature. */
const CALL_KEYS = [
  ATTR.errorType,
  ATTR.feature,
  ATTR.operationName,
  ATTR.providerName,
  ATTR.requestModel,
  ATTR.responseModel,
  ATTR.featureStatus,
] as const

/** Values that are one of few fixed words and need no bound. */
const FIXED = new Set<string>([ATTR.tokenType, ATTR.featureStatus])

export interface CallLabels {
  call: Attributes
  input: Attributes
  output: Attributes
}

export class Labels {
  readonly #limits: LabelLimits
  readonly #orgs: BoundedValues
  readonly #deals = new Map<string, BoundedValues>()
  readonly #values = new Map<string, BoundedValues>()
  readonly #tenantIds = new WeakMap<object, string>()
  readonly #remembered = new Map<string, CallLabels>()

  constructor(limits: LabelLimits = DEFAULT_LABEL_LIMITS) {
    this.#limits = limits
    this.#orgs = new BoundedValues(limits.orgs, OTHER)
    for (const key of KEYS) this.#values.set(key, new BoundedValues(limits.values, OTHER))
  }

  /** Writes org_id and bounded deal_id of `from` into `target`. */
  addTenant(target: Attributes, from: Readonly<Attributes> | undefined): void {
    const org = from?.[ATTR.orgId]
    if (typeof org !== 'string') return
    target[ATTR.orgId] = this.#orgs.bound(org)
    const deal = from?.[ATTR.dealId]
    if (typeof deal === 'string') target[ATTR.dealId] = this.#boundDeal(org, deal)
  }

  /** Labels for one point: what the call knows wins over the tenant. The object is shared and must not be changed. */
  of(tenant: Readonly<Attributes> | undefined, call: Readonly<Attributes>): Attributes {
    return this.forCall(tenant, call).call
  }

  /** The labels of a call's points, and the same with each token type. Remembered: building them is most of the cost. */
  forCall(tenant: Readonly<Attributes> | undefined, call: Readonly<Attributes>): CallLabels {
    let id = tenant ? this.#tenantId(tenant) : ''
    for (const key of CALL_KEYS) id += `\n${call[key] ?? ''}`
    const known = this.#remembered.get(id)
    if (known) return known
    const from = { ...tenant, ...call }
    const labels: CallLabels = {
      call: this.#build(from),
      input: this.#build({ ...from, [ATTR.tokenType]: 'input' }),
      output: this.#build({ ...from, [ATTR.tokenType]: 'output' }),
    }
    if (this.#remembered.size >= MAX_REMEMBERED) this.#remembered.clear()
    this.#remembered.set(id, labels)
    return labels
  }

  /** Labels of what a provider says of an organisation's use of a model, whatever the deal or feature. */
  forProvider(tenant: Readonly<Attributes> | undefined, call: { provider: string; model: string }): Attributes {
    return this.#build({
      [ATTR.orgId]: tenant?.[ATTR.orgId],
      [ATTR.providerName]: call.provider,
      [ATTR.requestModel]: call.model,
    })
  }

  /** Deals counted under `_other`, by organisation; organisations without any are left out. */
  foldedDeals(): [orgId: string, deals: number][] {
    return [...this.#deals].flatMap(([org, deals]) =>
      deals.foldedCount > 0 ? [[org, deals.foldedCount] satisfies [string, number]] : [],
    )
  }

  // A tenant's attributes are one frozen object for the whole request: its part of the id is made once.
  #tenantId(tenant: Readonly<Attributes>): string {
    let id = this.#tenantIds.get(tenant)
    if (id === undefined) {
      id = ''
      for (const key of TENANT_LABELS) id += `${tenant[key] ?? ''}\n`
      this.#tenantIds.set(tenant, id)
    }
    return id
  }

  #build(from: Readonly<Attributes>): Attributes {
    const org = from[ATTR.orgId]
    const labels: Attributes = {}
    for (const key of KEYS) {
      const value = from[key]
      if (typeof value !== 'string') continue
      if (key === ATTR.orgId) labels[key] = this.#orgs.bound(value)
      else if (key === ATTR.dealId) {
        if (typeof org === 'string') labels[key] = this.#boundDeal(org, value)
      } else labels[key] = FIXED.has(key) ? value : (this.#values.get(key)?.bound(redact(value)) ?? OTHER)
    }
    return labels
  }

  #boundDeal(org: string, deal: string): string {
    if (this.#orgs.bound(org) !== org) return OTHER_DEAL
    let deals = this.#deals.get(org)
    if (!deals) {
      deals = new BoundedValues(this.#limits.dealsPerOrg, OTHER_DEAL)
      this.#deals.set(org, deals)
    }
    return deals.bound(deal)
  }
}

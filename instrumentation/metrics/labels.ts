// The labels of metric points. In: tenant and call attributes. Out: the few of them that may become labels, each
// bounded. Ids of users, sessions and traces are never among them.
import type { Attributes } from '@opentelemetry/api'
import { redact } from '../content/redact.ts'
import { reportProblem } from '../problems.ts'
import { ATTR, OTHER_DEAL } from '../semconv.ts'
import { BoundedValues } from './bounded-values.ts'

export interface LabelLimits {
  /** Organisations that keep their name in this process. */
  orgs: number
  /** Deals of one organisation that keep their name; the others are counted under `_other`. */
  dealsPerOrg: number
  /** Distinct values of every other label. */
  values: number
  /** Label sets of this library's metrics, and of other libraries', that keep all their labels in this process. */
  sets: number
}

export const DEFAULT_LABEL_LIMITS: LabelLimits = { orgs: 1000, dealsPerOrg: 10, values: 100, sets: 5000 }

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

/** What label sets beyond the bound keep: whose calls fail at which provider is what alerts ask. */
const KEPT = new Set<string>([...FIXED, ATTR.orgId, ATTR.providerName, ATTR.errorType])

const fold = (labels: Attributes): Attributes =>
  Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, KEPT.has(key) ? value : OTHER]))

export interface CallLabels {
  call: Attributes
  input: Attributes
  output: Attributes
}

function hasRoom(sets: BoundedValues, labels: Attributes): boolean {
  const id = JSON.stringify(labels)
  if (sets.bound(id) === id) return true
  reportProblem(
    'label sets',
    'metrics have more label sets than may keep all their labels (SPANLEDGER_METRIC_STREAMS_MAX)',
  )
  return false
}

export class Labels {
  readonly #limits: LabelLimits
  readonly #orgs: BoundedValues
  readonly #deals = new Map<string, BoundedValues>()
  readonly #values = new Map<string, BoundedValues>()
  // The SDK's own limit is one of each interval of export: over days a process has many times as many.
  readonly #sets: BoundedValues
  readonly #otherSets: BoundedValues
  readonly #tenantIds = new WeakMap<object, string>()
  readonly #remembered = new Map<string, CallLabels>()

  constructor(limits: LabelLimits = DEFAULT_LABEL_LIMITS) {
    this.#limits = limits
    this.#orgs = new BoundedValues(limits.orgs, OTHER)
    this.#sets = new BoundedValues(limits.sets, OTHER)
    this.#otherSets = new BoundedValues(limits.sets, OTHER)
    for (const key of KEYS) this.#values.set(key, new BoundedValues(limits.values, OTHER))
  }

  /** Writes bounded org_id and deal_id of `from` into `target`, another library's labels. */
  addTenant(target: Attributes, from: Readonly<Attributes> | undefined): void {
    const org = from?.[ATTR.orgId]
    if (typeof org !== 'string') return
    target[ATTR.orgId] = this.#orgs.bound(org)
    const deal = from?.[ATTR.dealId]
    if (typeof deal === 'string') target[ATTR.dealId] = this.#boundDeal(org, deal)
    if (hasRoom(this.#otherSets, target)) return
    target[ATTR.orgId] = OTHER
    if (typeof deal === 'string') target[ATTR.dealId] = OTHER_DEAL
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
    const all = this.#build(from)
    const bounded = hasRoom(this.#sets, all) ? (set: Attributes) => set : fold
    const labels: CallLabels = {
      call: bounded(all),
      input: bounded(this.#build({ ...from, [ATTR.tokenType]: 'input' })),
      output: bounded(this.#build({ ...from, [ATTR.tokenType]: 'output' })),
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

// Who a piece of work belongs to. In: what the app knows about the caller. Out: validated values and the attribute
// sets they become; fields that break the rule are left out and named, so that telemetry never breaks a request.
import type { Attributes } from '@opentelemetry/api'
import { isTenantId } from '../../src/shared/ids.ts'
import { ATTR } from '../semconv.ts'

/** The tenant context of a request, message or job. Every field is optional: a nested call adds to the outer one. */
export interface Tenant {
  orgId?: string | undefined
  dealId?: string | undefined
  userId?: string | undefined
  sessionId?: string | undefined
  feature?: string | undefined
  agent?: { id?: string | undefined; name?: string | undefined; version?: string | undefined } | undefined
  department?: string | undefined
  environment?: string | undefined
  /** What the person wants, as the app's classifier names it: `pricing_question`. */
  intent?: string | undefined
  /** The customer segment: `enterprise`, `trial`, … */
  segment?: string | undefined
}

/** A field that was refused, and why, in words for the developer. */
export interface TenantProblem {
  field: string
  message: string
}

const PRINTABLE = /^[^\p{C}]{1,128}$/u
const isText = (value: unknown): value is string => typeof value === 'string' && PRINTABLE.test(value)

const ID_RULE = '1 to 128 characters of A-Z a-z 0-9 . _ : @ -'
const TEXT_RULE = '1 to 128 printable characters'

const RULES = [
  { attribute: ATTR.orgId, field: 'orgId', read: (t: Tenant) => t.orgId, valid: isTenantId, rule: ID_RULE },
  { attribute: ATTR.dealId, field: 'dealId', read: (t: Tenant) => t.dealId, valid: isTenantId, rule: ID_RULE },
  { attribute: ATTR.userId, field: 'userId', read: (t: Tenant) => t.userId, valid: isTenantId, rule: ID_RULE },
  { attribute: ATTR.sessionId, field: 'sessionId', read: (t: Tenant) => t.sessionId, valid: isTenantId, rule: ID_RULE },
  { attribute: ATTR.feature, field: 'feature', read: (t: Tenant) => t.feature, valid: isTenantId, rule: ID_RULE },
  { attribute: ATTR.agentId, field: 'agent.id', read: (t: Tenant) => t.agent?.id, valid: isTenantId, rule: ID_RULE },
  {
    attribute: ATTR.agentName,
    field: 'agent.name',
    read: (t: Tenant) => t.agent?.name,
    valid: isText,
    rule: TEXT_RULE,
  },
  {
    attribute: ATTR.agentVersion,
    field: 'agent.version',
    read: (t: Tenant) => t.agent?.version,
    valid: isText,
    rule: TEXT_RULE,
  },
  {
    attribute: ATTR.department,
    field: 'department',
    read: (t: Tenant) => t.department,
    valid: isText,
    rule: TEXT_RULE,
  },
  {
    attribute: ATTR.environment,
    field: 'environment',
    read: (t: Tenant) => t.environment,
    valid: isText,
    rule: TEXT_RULE,
  },
  { attribute: ATTR.intent, field: 'intent', read: (t: Tenant) => t.intent, valid: isText, rule: TEXT_RULE },
  { attribute: ATTR.segment, field: 'segment', read: (t: Tenant) => t.segment, valid: isText, rule: TEXT_RULE },
] as const

/** The attribute keys a tenant context can set; nothing else travels. */
export const TENANT_KEYS: readonly string[] = RULES.map((rule) => rule.attribute)

export interface CheckedTenant {
  attributes: Attributes
  /** One for each field that was given but refused. */
  problems: TenantProblem[]
  /** An organisation was given, as it seems, but not one that can be used. */
  orgRefused: boolean
}

/** Turns a tenant into attributes: its valid fields, and what is wrong with the others. */
export function toTenantAttributes(tenant: Tenant): CheckedTenant {
  const attributes: Attributes = {}
  const misread = misreading(tenant)
  if (misread !== undefined)
    return { attributes, problems: [{ field: 'orgId', message: `tenant refused: ${misread}` }], orgRefused: true }
  const problems: TenantProblem[] = []
  if (tenant.agent !== undefined && typeof tenant.agent !== 'object')
    problems.push({
      field: 'agent',
      message: `tenant agent refused: ${describe(tenant.agent)} (allowed: { id, name, version })`,
    })
  for (const { attribute, field, read, valid, rule } of RULES) {
    const value = read(tenant)
    if (value === undefined || value === null) continue
    if (valid(value)) attributes[attribute] = value
    else problems.push({ field, message: `tenant ${field} refused: ${describe(value)} (allowed: ${rule})` })
  }
  const orgRefused = tenant.orgId !== undefined && attributes[ATTR.orgId] === undefined
  return { attributes, problems, orgRefused }
}

const FIELDS = new Set(RULES.map(({ field }) => field.split('.', 1)[0]))
const MEANS_ORG = /^(?:org|organi[sz]ation|tenant)(?:[-_]?id)?$/i

/** Why a whole tenant cannot be what its author meant; other fields beside known ones are none of our business. */
function misreading(tenant: unknown): string | undefined {
  if (typeof tenant !== 'object' || tenant === null) return `${describe(tenant)} (expected: { orgId, … })`
  if ((tenant as Tenant).orgId !== undefined) return undefined
  if (typeof Reflect.get(tenant, 'then') === 'function') return 'a Promise (await it first)'
  const fields = Object.keys(tenant)
  const meant = fields.find((field) => MEANS_ORG.test(field) && Reflect.get(tenant, field) !== undefined)
  if (meant !== undefined) return `its field ${meant} is not known (the organisation is orgId)`
  if (fields.length > 0 && !fields.some((field) => FIELDS.has(field)))
    return 'none of its fields is known (expected: { orgId, … })'
  return undefined
}

/** Reads tenant attributes that came from outside (baggage); unknown keys and bad values are ignored. */
export function readTenantAttributes(entries: Iterable<readonly [string, string]>): Attributes {
  const attributes: Attributes = {}
  for (const [key, value] of entries) {
    const rule = RULES.find((candidate) => candidate.attribute === key)
    if (rule?.valid(value)) attributes[key] = value
  }
  return attributes
}

/** The tenant that attributes stand for. */
export function toTenant(attributes: Attributes): Tenant | undefined {
  if (Object.keys(attributes).length === 0) return undefined
  const text = (key: string) => (typeof attributes[key] === 'string' ? attributes[key] : undefined)
  return {
    orgId: text(ATTR.orgId),
    dealId: text(ATTR.dealId),
    userId: text(ATTR.userId),
    sessionId: text(ATTR.sessionId),
    feature: text(ATTR.feature),
    agent: { id: text(ATTR.agentId), name: text(ATTR.agentName), version: text(ATTR.agentVersion) },
    department: text(ATTR.department),
    environment: text(ATTR.environment),
    intent: text(ATTR.intent),
    segment: text(ATTR.segment),
  }
}

// A refused value may be anything, a secret in the wrong place too: say its kind and size, not its content.
function describe(value: unknown): string {
  if (typeof value === 'string') return `a string of ${value.length}`
  return value === undefined || value === null ? String(value) : `a ${typeof value}`
}

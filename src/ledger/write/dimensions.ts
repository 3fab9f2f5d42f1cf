// What rows are grouped and filtered by, taken out of a record's attributes into columns of their own.
// In: attributes and resource. Out: the dimensions, empty text where absent; and the attribute keys that need not be
// repeated in the bag because a column holds their value.
import { ATTR } from '../../../instrumentation/semconv.ts'
import { isTenantId } from '../../shared/ids.ts'
import type { Attributes, AttributeValue } from '../span.ts'

export interface Dimensions {
  dealId: string
  userId: string
  sessionId: string
  feature: string
  department: string
  agentId: string
  environment: string
  version: string
  serviceName: string
  intent: string
  segment: string
}

/** Longer names are no dimension; they stay in the bag. */
const MAX_NAME_CHARACTERS = 200
const NOTHING: ReadonlySet<string> = new Set()

/** Columns whose value is that of one attribute, which is therefore left out of the bag. */
export const PROMOTED: readonly [string, keyof Dimensions][] = [
  [ATTR.dealId, 'dealId'],
  [ATTR.userId, 'userId'],
  [ATTR.sessionId, 'sessionId'],
  [ATTR.feature, 'feature'],
  [ATTR.department, 'department'],
  [ATTR.agentId, 'agentId'],
  [ATTR.environment, 'environment'],
  [ATTR.intent, 'intent'],
  [ATTR.segment, 'segment'],
]

const PROMOTED_KEYS: ReadonlySet<string> = new Set([ATTR.orgId, ...PROMOTED.map(([key]) => key)])

export function toDimensions({ attributes, resource }: { attributes: Attributes; resource: Attributes }): Dimensions {
  return {
    dealId: id(attributes[ATTR.dealId] ?? resource[ATTR.dealId]),
    userId: id(attributes[ATTR.userId] ?? resource[ATTR.userId]),
    sessionId: id(attributes[ATTR.sessionId] ?? resource[ATTR.sessionId]),
    feature: name(attributes[ATTR.feature] ?? resource[ATTR.feature]),
    department: name(attributes[ATTR.department] ?? resource[ATTR.department]),
    agentId: id(attributes[ATTR.agentId] ?? resource[ATTR.agentId]),
    environment: name(attributes[ATTR.environment] ?? resource[ATTR.environment]),
    version: name(
      attributes[ATTR.agentVersion] ??
        attributes[ATTR.serviceVersion] ??
        resource[ATTR.agentVersion] ??
        resource[ATTR.serviceVersion],
    ),
    serviceName: name(resource[ATTR.serviceName] ?? attributes[ATTR.serviceName]),
    intent: name(attributes[ATTR.intent] ?? resource[ATTR.intent]),
    segment: name(attributes[ATTR.segment] ?? resource[ATTR.segment]),
  }
}

/** Keys of `attributes` that a column repeats exactly; a value that is no valid dimension stays in the bag. */
export function repeatedKeys(attributes: Attributes, dimensions: Dimensions, orgId: string): ReadonlySet<string> {
  let all = attributes[ATTR.orgId] === undefined || attributes[ATTR.orgId] === orgId
  for (const [key, dimension] of PROMOTED) {
    const value = attributes[key]
    if (value !== undefined && value !== dimensions[dimension]) all = false
  }
  if (all) return PROMOTED_KEYS
  const repeated = PROMOTED.filter(([key, dimension]) => attributes[key] === dimensions[dimension]).map(([key]) => key)
  if (attributes[ATTR.orgId] === orgId) repeated.push(ATTR.orgId)
  return repeated.length === 0 ? NOTHING : new Set(repeated)
}

const id = (value: AttributeValue | undefined): string => (isTenantId(value) ? value : '')
const name = (value: AttributeValue | undefined): string =>
  typeof value === 'string' && value.length <= MAX_NAME_CHARACTERS ? value : ''

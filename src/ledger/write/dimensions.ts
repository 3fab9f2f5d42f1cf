// What rows are grouped and filtered by, taken out of a record's attributes into columns of their own.
// In: attributes and resource. Out: the dimensions, empty text where absent; and the attribute keys that need not be
// repeated in the bag because a column holds their value.
import { ATTR } from '../../../instrumentation/semconv.ts'
import { isTenantId } from '../../shared/ids.ts'
import { ownOrShared, type Promoted, promotedOf } from '../asked-keys.ts'
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

interface Dimensioned {
  attributes: Attributes
  resource: Attributes
  /** Values of PROMOTED_KEYS in `attributes`, where a decoder noted them. */
  promoted?: Promoted
}

export function toDimensions(record: Dimensioned): Dimensions {
  const own = record.promoted ?? promotedOf(record.attributes)
  const shared = promotedOfResource(record.resource)
  // In the order of PROMOTED_KEYS.
  const at = (place: number) => ownOrShared(own[place], shared[place])
  return {
    dealId: id(at(1)),
    userId: id(at(2)),
    sessionId: id(at(3)),
    feature: name(at(4)),
    department: name(at(5)),
    agentId: id(at(6)),
    environment: name(at(7)),
    version: name(ownOrShared(ownOrShared(own[10], own[11]), ownOrShared(shared[10], shared[11]))),
    serviceName: name(ownOrShared(shared[12], own[12])),
    intent: name(at(8)),
    segment: name(at(9)),
  }
}

/** What a view of a call leaves empty, from the other views of it, the first that says it. Its service is its own. */
export function withMissing(own: Dimensions, others: readonly Dimensions[]): Dimensions {
  if (others.length === 0) return own
  const filled = { ...own }
  for (const other of others)
    for (const dimension in filled)
      if (dimension !== 'serviceName' && filled[dimension as keyof Dimensions] === '')
        filled[dimension as keyof Dimensions] = other[dimension as keyof Dimensions]
  return filled
}

/** True when both are known to have the same dimensions. */
export function haveSameDimensions(a: Dimensioned, b: Dimensioned): boolean {
  if (a.resource !== b.resource || a.promoted === undefined || b.promoted === undefined) return false
  for (let place = 1; place < a.promoted.length; place++) if (a.promoted[place] !== b.promoted[place]) return false
  return true
}

/** All records of a resource share one object, which is asked once. */
const resources = new WeakMap<Attributes, Promoted>()

function promotedOfResource(resource: Attributes): Promoted {
  let promoted = resources.get(resource)
  if (!promoted) {
    promoted = promotedOf(resource)
    resources.set(resource, promoted)
  }
  return promoted
}

/** Does a column hold exactly what each attribute says that a bag made in passing leaves out? */
export function isRepeated(own: Promoted, dimensions: Dimensions, orgId: string): boolean {
  return (
    agrees(own[0], orgId) &&
    agrees(own[1], dimensions.dealId) &&
    agrees(own[2], dimensions.userId) &&
    agrees(own[3], dimensions.sessionId) &&
    agrees(own[4], dimensions.feature) &&
    agrees(own[5], dimensions.department) &&
    agrees(own[6], dimensions.agentId) &&
    agrees(own[7], dimensions.environment) &&
    agrees(own[8], dimensions.intent) &&
    agrees(own[9], dimensions.segment)
  )
}

const agrees = (value: AttributeValue | undefined, column: string): boolean => value === undefined || value === column

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

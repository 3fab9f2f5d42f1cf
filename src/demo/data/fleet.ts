// Who there is: organisations, their deals, departments, agents and users. In: a seed. Out: the fleet, the same for the
// same seed; an agent has one department, environment, version and model, and weights that meet all distributions.
import { createRandom, type Random } from '../../shared/random.ts'
import { BLUEPRINTS, type Blueprint, DEPARTMENTS, INTENT_SHARES, ROLES, USERS_PER_SEGMENT } from './blueprints.ts'
import {
  type DemoModel,
  ENVIRONMENTS,
  ERROR_RATE,
  MODELS,
  QUALITY,
  SEGMENTS,
  type Share,
  VERSIONS,
} from './distributions.ts'
import { rake } from './rake.ts'

export interface Agent {
  id: string
  name: string
  department: string
  environment: string
  version: string
  status: 'active' | 'beta' | 'deprecated'
  ownerTeam: string
  replacement: string | null
  model: DemoModel
  /** Mean score of its answers, 0 to 1. */
  quality: number
}

export interface Department {
  name: string
  owner: string
  errorRate: number
  intents: readonly Share[]
}

export interface Organisation {
  orgId: string
  name: string
  /** Of all traces. */
  share: number
  deals: { dealId: string; name: string; share: number }[]
  departments: Department[]
  agents: Agent[]
  /** Chance of each agent, parallel to `agents`. */
  agentWeights: number[]
  /** User ids by segment. */
  users: Readonly<Record<string, readonly string[]>>
}

const normalised = (weights: number[]): number[] => {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

/** Deals a counterpart of Zipf: a few are busy, the rest less and less. */
const dealsOf = (ids: readonly string[]): Organisation['deals'] => {
  const shares = normalised(ids.map((_, index) => 1 / (index + 1.5)))
  return ids.map((dealId, index) => ({
    dealId,
    name: `Project ${dealId[0]?.toUpperCase()}${dealId.slice(1)}`,
    share: shares[index] ?? 0,
  }))
}

/** Repeats each name as often as its share of `count` says, every name at least once where there is room. */
function allot<T extends Share>(shares: readonly T[], count: number): T[] {
  const first = shares.slice(0, count)
  const rest = Math.max(0, count - first.length)
  const more: T[] = []
  let exact = 0
  for (const share of shares) {
    exact += share.share * rest
    while (more.length < Math.round(exact)) more.push(share)
  }
  return [...first, ...more].slice(0, count)
}

function shuffle<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i -= 1) {
    const j = random.between(0, i + 1)
    const moved = items[i] as T
    items[i] = items[j] as T
    items[j] = moved
  }
  return items
}

/** Organisations with fewer agents meet the shares of environments and versions only when these are dealt by plan. */
const SMALL_FLEET = 40

/**
 * One version per agent. New versions are tried outside production first: in a small fleet only the newest is there,
 * in a large one any but the rare; production has them all. Otherwise no weights could give both their share.
 */
function dealVersions(environments: readonly Share[], random: Random): Share[] {
  const production = environments.filter(({ name }) => name === 'production').length
  const common = VERSIONS.filter(({ share }) => share >= 0.1)
  const inProduction = shuffle(allot(VERSIONS, production), random)
  const elsewhere = shuffle(allot(common, environments.length - production), random)
  const newest = VERSIONS[0] as Share
  return environments.map(({ name }) => {
    if (name === 'production') return inProduction.pop() ?? newest
    return (environments.length < SMALL_FLEET ? undefined : elsewhere.pop()) ?? newest
  })
}

function createOrganisation(blueprint: Blueprint, random: Random): Organisation {
  const departments = DEPARTMENTS.slice(0, blueprint.departments)
  const [least, most] = blueprint.agentsEach
  const places = departments.flatMap((department) =>
    Array.from({ length: random.between(least, most + 1) }, (_, index) => ({ department: department.name, index })),
  )
  const environments = shuffle(allot(ENVIRONMENTS, places.length), random)
  const versions = dealVersions(environments, random)
  const models = shuffle(allot(MODELS, places.length), random)
  const agents = places.map(({ department, index }, place): Agent => {
    const version = versions[place]?.name ?? 'v3.1'
    const role = ROLES[index % ROLES.length] ?? 'assistant'
    return {
      id: `${department}-${role}`,
      name: `${department[0]?.toUpperCase()}${department.slice(1)} ${role}`,
      department,
      environment: environments[place]?.name ?? 'production',
      version,
      status: version === 'v1.0' || version === 'v2.0' ? 'deprecated' : role === 'scout' ? 'beta' : 'active',
      ownerTeam: `${department}-ai`,
      replacement: version === 'v1.0' ? `${department}-assistant` : null,
      model: models[place] ?? (MODELS[0] as DemoModel),
      quality: QUALITY.least + (QUALITY.most - QUALITY.least) * random.next(),
    }
  })
  const ids = Object.entries(USERS_PER_SEGMENT).flatMap(([segment, count]) =>
    Array.from({ length: Math.max(3, Math.round(count * blueprint.share * 1.4)) }, () => segment),
  )
  const numbered = ids.map((segment, index) => ({
    segment,
    id: `${blueprint.orgId}-user-${String(index + 1).padStart(3, '0')}`,
  }))
  return {
    orgId: blueprint.orgId,
    name: blueprint.name,
    share: blueprint.share,
    deals: dealsOf(blueprint.deals),
    departments: departments.map(({ name, owner, intents }) => ({
      name,
      owner,
      errorRate: ERROR_RATE.least + (ERROR_RATE.most - ERROR_RATE.least) * random.next(),
      intents: intents.map((intent, index) => ({ name: intent, share: INTENT_SHARES[index] ?? 0 })),
    })),
    agents,
    agentWeights: rake(agents, [
      // A handful of agents cannot meet three distributions; theirs follow two.
      ...(agents.length >= SMALL_FLEET ? [{ classOf: (agent: Agent) => agent.department, shares: departments }] : []),
      { classOf: (agent) => agent.environment, shares: ENVIRONMENTS },
      { classOf: (agent) => agent.version, shares: VERSIONS },
    ]),
    users: Object.fromEntries(
      SEGMENTS.map(({ name }) => [name, numbered.filter(({ segment }) => segment === name).map(({ id }) => id)]),
    ),
  }
}

export function createFleet(seed: number): Organisation[] {
  return BLUEPRINTS.map((blueprint, index) => createOrganisation(blueprint, createRandom(seed, 7, index)))
}

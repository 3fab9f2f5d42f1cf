// Every fault of the drill, in batches. Faults of one batch are injected together: they touch different parts, and each
// mail belongs to one of them by its alert and organisation. Those whose alerts look back longest come first, so that
// their resolution is awaited while the others run.
import type { Fault } from './fault.ts'
import { COST_FAULTS } from './faults/cost.ts'
import { DEPENDENCY_FAULTS } from './faults/dependencies.ts'
import { MODEL_FAULTS } from './faults/model.ts'
import { PIPELINE_FAULTS } from './faults/pipeline.ts'

/** No fault at all: the control. */
const HEALTHY: Fault = {
  name: 'healthy',
  what: 'healthy traffic and no fault: nobody is woken',
  inject: async () => {},
  undo: async () => {},
  lastsMs: 25_000,
}

const TOGETHER = [
  ['unknown-model', 'neo4j-stopped'],
  ['clock-skew', 'tenant-silent', 'cache-misses'],
  ['spend-spike', 'redis-stopped'],
  ['budget-exceeded', 'vector-store-stopped'],
  ['queue-filling', 'rate-limit-use'],
]

export const FAULTS: readonly Fault[] = [
  HEALTHY,
  ...COST_FAULTS,
  ...PIPELINE_FAULTS,
  ...MODEL_FAULTS,
  ...DEPENDENCY_FAULTS,
]

/** The chosen faults in batches; each fault is in one. */
export function toBatches(chosen: readonly Fault[]): Fault[][] {
  const named = (names: readonly string[]) => chosen.filter(({ name }) => names.includes(name))
  const alone = chosen.filter(({ name }) => name !== HEALTHY.name && !TOGETHER.flat().includes(name))
  return [named([HEALTHY.name]), ...TOGETHER.map(named), ...alone.map((fault) => [fault])].filter(
    (batch) => batch.length > 0,
  )
}

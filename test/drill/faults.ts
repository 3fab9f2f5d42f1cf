// Every fault of the drill, those first whose alerts look back longest, so that their resolution is awaited meanwhile.
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

const all = [...COST_FAULTS, ...PIPELINE_FAULTS, ...MODEL_FAULTS, ...DEPENDENCY_FAULTS]

export const FAULTS: readonly Fault[] = [
  HEALTHY,
  ...all.filter(({ resolvesLate }) => resolvesLate),
  ...all.filter(({ resolvesLate }) => !resolvesLate),
]

// Every dashboard, in the order of the home page.
import { pipelineHealth } from './pipeline-health.ts'
import { usageAndCost } from './usage-and-cost.ts'

export const DASHBOARDS = [usageAndCost, pipelineHealth]

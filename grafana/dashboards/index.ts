// Every dashboard, in the order of the home page.
import { alerts } from './alerts.ts'
import { costManagement } from './cost-management.ts'
import { genaiHealth } from './genai-health.ts'
import { neo4jHealth } from './neo4j-health.ts'
import { pipelineHealth } from './pipeline-health.ts'
import { usageAndCost } from './usage-and-cost.ts'

export const DASHBOARDS = [usageAndCost, costManagement, genaiHealth, pipelineHealth, neo4jHealth, alerts]

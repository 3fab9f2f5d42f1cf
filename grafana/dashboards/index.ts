// Every dashboard, in the order of the home page.
import { alerts } from './alerts.ts'
import { calls } from './calls.ts'
import { costManagement } from './cost-management.ts'
import { fleetHome } from './fleet-home.ts'
import { genaiHealth } from './genai-health.ts'
import { infrastructure } from './infrastructure.ts'
import { neo4jHealth } from './neo4j-health.ts'
import { performance } from './performance.ts'
import { pipelineHealth } from './pipeline-health.ts'
import { queryMetrics } from './query-metrics.ts'
import { trace } from './trace.ts'
import { usageAnalytics } from './usage-analytics.ts'
import { usageAndCost } from './usage-and-cost.ts'

export const DASHBOARDS = [
  usageAndCost,
  fleetHome,
  costManagement,
  performance,
  calls,
  trace,
  usageAnalytics,
  queryMetrics,
  genaiHealth,
  pipelineHealth,
  neo4jHealth,
  infrastructure,
  alerts,
]

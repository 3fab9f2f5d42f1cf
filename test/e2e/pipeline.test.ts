// The whole stack, started once on free ports, and every suite against it in this order.
import { afterAll, beforeAll } from 'vitest'
import { type Stack, startStack } from '../../stack/start-stack.ts'
import { chatSuite } from './suites/chat.ts'
import { dashboardSuite } from './suites/dashboards.ts'
import { doorSuite } from './suites/door.ts'
import { isolationSuite } from './suites/isolation.ts'
import { neo4jSuite } from './suites/neo4j.ts'
import { outageSuite } from './suites/outage.ts'
import { createWorld, type World } from './world.ts'

let stack: Stack | undefined
let running: World | undefined
const world = (): World => {
  if (!running) throw new Error('the stack is not running')
  return running
}

beforeAll(async () => {
  stack = await startStack({
    without: ['traffic', 'viewer'],
    env: {
      PROMETHEUS_SCRAPE_INTERVAL: '2s',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_BSP_SCHEDULE_DELAY: '500',
      OTEL_BLRP_SCHEDULE_DELAY: '500',
      TAIL_SAMPLING_DECISION_WAIT: '2s',
      DEMO_REQUESTS_PER_SECOND: '500',
      // A busy machine is no outage of Neo4j.
      DEMO_NEO4J_TIMEOUT_MS: '10000',
    },
  })
  running = createWorld(stack)
})

afterAll(async () => {
  await running?.close()
  await stack?.stop()
})

chatSuite(world)
doorSuite(world)
isolationSuite(world)
dashboardSuite(world)
outageSuite(world)
neo4jSuite(world)

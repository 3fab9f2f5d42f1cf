// Gauges of a Postgres pool, read when scraped.
import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { registerPoolMetrics } from '../../../src/shared/pool-metrics.ts'

it('shows the pool as it is at each scrape', async () => {
  const registry = new Registry()
  const pool = { totalCount: 5, idleCount: 2, waitingCount: 0 }
  registerPoolMetrics(pool, registry)
  expect(await registry.metrics()).toContain('pg_pool_connections{state="used"} 3')
  Object.assign(pool, { totalCount: 10, idleCount: 0, waitingCount: 7 })
  const text = await registry.metrics()
  expect(text).toContain('pg_pool_connections{state="idle"} 0')
  expect(text).toContain('pg_pool_connections{state="used"} 10')
  expect(text).toContain('pg_pool_waiting_requests 7')
})

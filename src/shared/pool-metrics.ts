// How a Postgres pool is used, for every service in the same words. In: a pool and a registry. Out: gauges read at scrape.
import type { Pool } from 'pg'
import { Gauge, type Registry } from 'prom-client'

type PoolCounts = Pick<Pool, 'totalCount' | 'idleCount' | 'waitingCount'>

export function registerPoolMetrics(pool: PoolCounts, registry: Registry): void {
  const registers = [registry]
  new Gauge({
    name: 'pg_pool_connections',
    help: 'Connections of the pool by state: idle, used.',
    labelNames: ['state'],
    registers,
    collect() {
      this.set({ state: 'idle' }, pool.idleCount)
      this.set({ state: 'used' }, pool.totalCount - pool.idleCount)
    },
  })
  new Gauge({
    name: 'pg_pool_waiting_requests',
    help: 'Requests that wait for a connection of the pool.',
    registers,
    collect() {
      this.set(pool.waitingCount)
    },
  })
}

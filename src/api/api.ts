// Puts the api together. In: its configuration, a clock, a logger. Out: the app, its jobs, and how to close what it opened.
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import { createPool } from '../shared/pg.ts'
import { webhookRoutes } from './alerts/webhook-routes.ts'
import { createAuthenticate } from './auth/authenticate.ts'
import { createGuard } from './auth/guard.ts'
import { createBudgetJob } from './budgets/budget-job.ts'
import { budgetRoutes } from './budgets/budget-routes.ts'
import type { ApiConfig } from './config.ts'
import { type Job, startJobs } from './jobs.ts'
import { createMetrics } from './metrics.ts'
import { createNeo4jMetrics } from './neo4j/neo4j-metrics.ts'
import { createNeo4jProbe } from './neo4j/probe.ts'
import { createApp } from './server.ts'
import { traceRoutes } from './traces/trace-routes.ts'
import { usageRoutes } from './usage/usage-routes.ts'

export const API_VERSION = '0.1.0'

export function createApi(config: ApiConfig, { clock, logger }: { clock: Clock; logger: Logger }) {
  const url = new URL(config.API_DATABASE_URL)
  url.searchParams.set('options', `-c statement_timeout=${config.API_STATEMENT_TIMEOUT_MS}`)
  const pool = createPool(url.href, { max: config.API_DATABASE_POOL, name: 'spanledger-api', logger })
  const metrics = createMetrics()
  const guard = createGuard(createAuthenticate(pool, config.API_JWT_SECRET), config.API_WEBHOOK_TOKEN)
  const routes = [
    ...traceRoutes(pool),
    ...usageRoutes(pool, clock),
    ...budgetRoutes(pool, clock),
    ...webhookRoutes({ pool, metrics, clock, onWatchdog: () => undefined }),
  ]
  const app = createApp({ pool, metrics, logger, guard, routes, version: API_VERSION })

  const evaluateBudgets = createBudgetJob(pool, metrics, clock)
  const jobs: Job[] = [{ name: 'budgets', intervalMs: config.API_BUDGET_INTERVAL_MS, run: evaluateBudgets }]
  const closers: (() => Promise<unknown>)[] = [() => pool.end()]
  if (config.API_NEO4J_URL) {
    const probe = createNeo4jProbe(
      {
        url: config.API_NEO4J_URL,
        user: config.API_NEO4J_USER,
        password: config.API_NEO4J_PASSWORD ?? '',
        timeoutMs: config.API_NEO4J_PROBE_TIMEOUT_MS,
      },
      createNeo4jMetrics(metrics.registry),
      logger,
    )
    jobs.push({ name: 'neo4j_probe', intervalMs: config.API_NEO4J_PROBE_INTERVAL_MS, run: probe.probe })
    closers.push(probe.close)
  }
  return {
    app,
    metrics,
    evaluateBudgets,
    /** First values of the gauges; a database that is down now must not keep the api from starting. */
    warmUp: () => evaluateBudgets().catch((error: unknown) => logger.warn({ err: error }, 'no budgets yet')),
    startJobs: () => startJobs(jobs, metrics, logger),
    close: async () => {
      await Promise.allSettled(closers.map((close) => close()))
    },
  }
}

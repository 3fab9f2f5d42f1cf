// Puts the api together. In: its configuration, a clock, a logger. Out: the app, its jobs, and how to close what it opened.
import manifest from '../../package.json' with { type: 'json' }
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import { createPool } from '../shared/pg.ts'
import { schemaProblem } from '../shared/pg-schema.ts'
import { registerPoolMetrics } from '../shared/pool-metrics.ts'
import { alertMailRoutes } from './alert-mail/alert-mail-routes.ts'
import { createSendAlertMails } from './alert-mail/send-alert-mails.ts'
import { createActOnAlert } from './alerts/act-on-alert.ts'
import { alertRoutes } from './alerts/alert-routes.ts'
import { createAlertmanagerClient } from './alerts/alertmanager-client.ts'
import { createLinks } from './alerts/link.ts'
import { liveRoutes } from './alerts/live-routes.ts'
import { mountAlertPages } from './alerts/page-routes.ts'
import { createPrometheusClient } from './alerts/prometheus-client.ts'
import { createReconcile } from './alerts/reconcile.ts'
import { createRecordAlerts } from './alerts/record-alerts.ts'
import { mountRunbooks } from './alerts/runbooks.ts'
import { createSilences } from './alerts/silences.ts'
import { createVisitors } from './alerts/visitors.ts'
import { webhookRoutes } from './alerts/webhook-routes.ts'
import { createAuthenticate } from './auth/authenticate.ts'
import { createGuard } from './auth/guard.ts'
import { createBudgetJob } from './budgets/budget-job.ts'
import { budgetRoutes } from './budgets/budget-routes.ts'
import type { ApiConfig } from './config.ts'
import { createDeadMansSwitch } from './dead-mans-switch.ts'
import { type Job, startJobs } from './jobs.ts'
import { createMailer } from './mailer.ts'
import { createMetrics } from './metrics.ts'
import { createNeo4jMetrics } from './neo4j/neo4j-metrics.ts'
import { createNeo4jProbe } from './neo4j/probe.ts'
import { priceRoutes } from './prices/price-routes.ts'
import { createRetentionJob, RETENTION_INTERVAL_MS } from './retention-job.ts'
import { createApp } from './server.ts'
import { createTempoReaders } from './tempo/readers.ts'
import { mountTempo } from './tempo/tempo-routes.ts'
import { traceRoutes } from './traces/trace-routes.ts'
import { kpiRoutes } from './usage/kpi-routes.ts'
import { usageRoutes } from './usage/usage-routes.ts'

/** The first is in use; the second, while a secret is being changed, still accepted. */
const withPrevious = (current: string, previous: string | undefined): [string, ...string[]] =>
  previous === undefined ? [current] : [current, previous]

export function createApi(config: ApiConfig, { clock, logger }: { clock: Clock; logger: Logger }) {
  const url = new URL(config.API_DATABASE_URL)
  url.searchParams.set('options', `-c statement_timeout=${config.API_STATEMENT_TIMEOUT_MS}`)
  const pool = createPool(url.href, { max: config.API_DATABASE_POOL, name: 'spanledger-api', logger })
  const metrics = createMetrics()
  registerPoolMetrics(pool, metrics.registry)
  const jwtSecrets = withPrevious(config.API_JWT_SECRET, config.API_JWT_SECRET_PREVIOUS)
  const publicUrl = config.API_PUBLIC_URL.replace(/\/$/, '')
  const authenticate = createAuthenticate(pool, jwtSecrets)
  const guard = createGuard(authenticate, config.API_WEBHOOK_TOKEN)
  const alertmanager = createAlertmanagerClient(config.API_ALERTMANAGER_URL)
  const silences = createSilences(pool, alertmanager, clock)
  const act = createActOnAlert(pool, silences, logger)
  const links = createLinks(jwtSecrets, clock)
  const visitors = createVisitors({
    pool,
    clock,
    authenticate,
    mailKeys: config.API_LINK_KEY === undefined ? [] : withPrevious(config.API_LINK_KEY, config.API_LINK_KEY_PREVIOUS),
    secure: config.API_PUBLIC_URL.startsWith('https:'),
  })
  const recordAlerts = createRecordAlerts(pool, publicUrl)
  const reconcileAlerts = createReconcile({
    pool,
    recordAlerts,
    metrics,
    clock,
    alertmanager,
    silences,
    prometheus: createPrometheusClient(config.API_PROMETHEUS_URL),
    windowMs: config.API_RECONCILE_WINDOW_MS,
    graceMs: config.API_RECONCILE_GRACE_MS,
  })
  const send = createMailer({ url: config.API_SMTP_URL, from: config.API_MAIL_FROM, metrics, logger })
  const deadMansSwitch = createDeadMansSwitch({
    clock,
    metrics,
    logger,
    timeoutMs: config.API_WATCHDOG_TIMEOUT_MS,
    send: (subject, text) => send({ to: config.API_MAIL_TO, subject, text }),
  })
  const routes = [
    ...traceRoutes(pool),
    ...usageRoutes(pool, clock),
    ...kpiRoutes(pool, clock),
    // Before the routes with a name in the same place of the path.
    ...liveRoutes(pool),
    ...budgetRoutes(pool, clock),
    ...priceRoutes(pool, clock),
    ...alertRoutes({ pool, clock, act, links, publicUrl }),
    ...webhookRoutes({ pool, recordAlerts, metrics, clock, onWatchdog: deadMansSwitch.seen }),
    ...alertMailRoutes(recordAlerts, createSendAlertMails({ pool, clock, links, send, publicUrl })),
  ]
  const app = createApp({
    pool,
    metrics,
    logger,
    guard,
    routes,
    version: manifest.version,
    mounts: [
      (mounted) => mountAlertPages(mounted, { pool, clock, logger, act, links, visitors }),
      (mounted) => mountRunbooks(mounted),
      (mounted) => mountTempo(mounted, createTempoReaders(pool, guard, config.API_READER_TOKEN), clock),
    ],
  })

  const evaluateBudgets = createBudgetJob(pool, metrics, clock)
  const jobs: Job[] = [
    { name: 'budgets', intervalMs: config.API_BUDGET_INTERVAL_MS, run: evaluateBudgets },
    { name: 'alert_history', intervalMs: config.API_RECONCILE_INTERVAL_MS, run: reconcileAlerts },
    {
      name: 'dead_mans_switch',
      intervalMs: Math.min(15_000, config.API_WATCHDOG_TIMEOUT_MS / 4),
      run: deadMansSwitch.check,
    },
    { name: 'retention', intervalMs: RETENTION_INTERVAL_MS, run: createRetentionJob(pool, clock, logger) },
  ]
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
    routes,
    metrics,
    evaluateBudgets,
    reconcileAlerts,
    deadMansSwitch,
    silences,
    /** Why this code cannot serve this database; undefined also while the database does not answer. */
    schemaProblem: () => schemaProblem(pool),
    /** First values of the gauges; a database that is down now must not keep the api from starting. */
    warmUp: () => evaluateBudgets().catch((error: unknown) => logger.warn({ err: error }, 'no budgets yet')),
    startJobs: () => startJobs(jobs, metrics, logger),
    close: async () => {
      await Promise.allSettled(closers.map((close) => close()))
    },
  }
}

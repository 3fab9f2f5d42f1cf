// The webhook Alertmanager calls. In: a delivery for one group. Out: alert history; 2xx only after it is committed, so that
// Alertmanager tries again otherwise.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import type { Pool } from '../../shared/pg.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import type { ApiMetrics } from '../metrics.ts'
import type { RecordAlerts } from './record-alerts.ts'
import { recordNotification } from './record-notification.ts'
import { toReports, WEBHOOK_BODY, type WebhookBody } from './webhook-body.ts'

const WEBHOOK_DATA = z
  .object({ received: z.number().int(), fired: z.number().int(), resolved: z.number().int(), known: z.number().int() })
  .strict()

export interface WebhookDependencies {
  pool: Pool
  recordAlerts: RecordAlerts
  metrics: ApiMetrics
  clock: Clock
  /** Told when a delivery carries the Watchdog alert. */
  onWatchdog: (nowMs: number) => void
}

export function webhookRoutes({ pool, recordAlerts, metrics, clock, onWatchdog }: WebhookDependencies): AnyRoute[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/v1/webhooks/alertmanager',
      operationId: 'receiveAlerts',
      summary: 'Alertmanager delivers what fired and resolved',
      tag: 'alerts',
      access: 'webhook',
      body: WEBHOOK_BODY,
      data: WEBHOOK_DATA,
      async handle({ body }) {
        // The dead-man's switch is an arrival, not history: it fires for ever and would fill the table with itself.
        if (body.alerts.some((alert) => isWatchdog(alert) && alert.status === 'firing')) onWatchdog(clock.nowMs())
        const delivery = { ...body, alerts: body.alerts.filter((alert) => !isWatchdog(alert)) }
        const reports = toReports(delivery)
        const changes = await recordAlerts(reports, 'webhook')
        await recordNotification(pool, reports, digestOf(body))
        for (const change of changes) metrics.webhookAlerts.inc({ outcome: change })
        const count = (wanted: string) => changes.filter((change) => change === wanted).length
        return {
          data: { received: reports.length, fired: count('fired'), resolved: count('resolved'), known: count('known') },
        }
      },
    }),
  ]
}

const isWatchdog = (alert: WebhookBody['alerts'][number]) => alert.labels.alertname === 'Watchdog'

const digestOf = (body: WebhookBody) => createHash('sha256').update(JSON.stringify(body)).digest('hex')

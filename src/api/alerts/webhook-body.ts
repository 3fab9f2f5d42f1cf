// The body Alertmanager posts (webhook version 4). In: unknown JSON. Out: alerts in our form, each with the organisation it
// belongs to.
import { z } from 'zod'
import { isTenantId } from '../../shared/ids.ts'

/** Alerts about the platform itself, or with no usable org_id label. Only superadmins see them. */
export const PLATFORM_ORG = '_platform'

const LABELS = z.record(z.string().max(256), z.string().max(16_384))
const WHEN = z.iso.datetime({ offset: true })

export const WEBHOOK_BODY = z.object({
  version: z.literal('4'),
  groupKey: z.string().max(65_536),
  status: z.enum(['firing', 'resolved']),
  receiver: z.string().max(1024),
  groupLabels: LABELS,
  truncatedAlerts: z.number().int().min(0).optional(),
  alerts: z
    .array(
      z.object({
        status: z.enum(['firing', 'resolved']),
        labels: LABELS.refine((labels) => Boolean(labels.alertname), 'label alertname is missing'),
        annotations: LABELS,
        startsAt: WHEN,
        endsAt: WHEN,
        generatorURL: z.string().max(65_536).optional(),
        fingerprint: z.string().regex(/^[0-9a-f]{16}$/, 'not a fingerprint (16 hex digits)'),
      }),
    )
    .max(10_000),
})
export type WebhookBody = z.infer<typeof WEBHOOK_BODY>

/** One alert as history keeps it. */
export interface AlertReport {
  orgId: string
  fingerprint: string
  startsAt: string
  /** Set when resolved. */
  endsAt: string | undefined
  alertName: string
  severity: string
  labels: Record<string, string>
  annotations: Record<string, string>
  generatorUrl: string
  groupLabels: Record<string, string>
  receiver: string
}

export function toReports(body: WebhookBody): AlertReport[] {
  return body.alerts.map((alert) => ({
    orgId: orgOfLabels(alert.labels),
    fingerprint: alert.fingerprint,
    startsAt: toMilliseconds(alert.startsAt),
    endsAt: alert.status === 'resolved' ? toMilliseconds(alert.endsAt) : undefined,
    alertName: alert.labels.alertname ?? '',
    severity: alert.labels.severity ?? 'none',
    labels: withoutNul(alert.labels),
    annotations: withoutNul(alert.annotations),
    generatorUrl: alert.generatorURL ?? '',
    groupLabels: Object.keys(body.groupLabels).length > 0 ? body.groupLabels : defaultGroup(alert.labels),
    receiver: body.receiver,
  }))
}

/** What our routes group by (prometheus/alertmanager/alertmanager.yml; a test compares). */
export const GROUPED_BY: readonly string[] = [
  'alertname',
  'org_id',
  'gen_ai_provider_name',
  'job',
  'service_name',
  'exporter',
  'receiver',
  'task',
  'rule_group',
  'integration',
  'reason',
]
export const BUDGETS_GROUPED_BY: readonly string[] = [
  'alertname',
  'org_id',
  'scope',
  'scope_id',
  'period',
  'period_start',
  'threshold',
]

/** The group where Alertmanager does not say: what our routes group by. Never everything. */
export function defaultGroup(labels: Record<string, string>): Record<string, string> {
  const names = /^Budget(Exceeded|NearLimit)$/.test(labels.alertname ?? '') ? BUDGETS_GROUPED_BY : GROUPED_BY
  const present = names.filter((name) => labels[name] !== undefined).map((name) => [name, labels[name] ?? ''])
  return { alertname: '', ...Object.fromEntries(present) }
}

/** Prometheus keeps milliseconds; alerts posted by hand have nanoseconds, which would not come back the same from a Date. */
export const toMilliseconds = (time: string): string => new Date(time).toISOString()

export const orgOfLabels = (labels: Record<string, string>): string =>
  isTenantId(labels.org_id) ? labels.org_id : PLATFORM_ORG

/** Postgres text holds no NUL; a label that has one must not make the whole delivery fail for ever. */
const withoutNul = (labels: Record<string, string>) =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, value.replaceAll('\0', '\uFFFD')]))

// Alerts as the API shows them. In: rows. Out: JSON with times in ISO 8601.
import { z } from 'zod'
import type { AlertEvent, AlertRow } from './read-alert.ts'

const TIME = z.iso.datetime()
const TEXTS = z.record(z.string(), z.string())

export const ALERT = z
  .object({
    fingerprint: z.string(),
    alert_name: z.string(),
    severity: z.string(),
    status: z.enum(['firing', 'resolved']),
    starts_at: TIME,
    ends_at: TIME.nullable(),
    labels: TEXTS,
    annotations: TEXTS,
    group_labels: TEXTS,
    source: z.enum(['webhook', 'alertmanager', 'prometheus']).describe('who told us first'),
    acknowledged_by: z.string().nullable(),
    acknowledged_at: TIME.nullable(),
    acknowledge_note: z.string().nullable(),
    silenced_until: TIME.nullable(),
    silence_id: z.string().nullable().describe('null while Alertmanager has not been told'),
    resolved_by: z.string().nullable(),
    resolution_note: z.string().nullable(),
    notifications: z.number().int(),
  })
  .strict()

export const EVENT = z
  .object({
    happened_at: TIME,
    kind: z.enum(['fired', 'acknowledged', 'snoozed', 'note', 'resolved', 'reopened']),
    actor: z.string(),
    note: z.string().nullable(),
  })
  .strict()

export const RESPONSE_TIME = z
  .object({
    alert_name: z.string(),
    severity: z.string(),
    fired: z.string(),
    acknowledged: z.string(),
    resolved: z.string(),
    mean_seconds_to_acknowledge: z.string().nullable(),
    mean_seconds_to_resolve: z.string().nullable(),
  })
  .strict()

export function toAlertData({ org_id: _org, generator_url: _url, ...alert }: AlertRow): z.infer<typeof ALERT> {
  return {
    ...alert,
    source: alert.source as z.infer<typeof ALERT>['source'],
    starts_at: alert.starts_at.toISOString(),
    ends_at: alert.ends_at?.toISOString() ?? null,
    acknowledged_at: alert.acknowledged_at?.toISOString() ?? null,
    silenced_until: alert.silenced_until?.toISOString() ?? null,
  }
}

export const toEventData = (event: AlertEvent): z.infer<typeof EVENT> => ({
  ...event,
  happened_at: event.happened_at.toISOString(),
})

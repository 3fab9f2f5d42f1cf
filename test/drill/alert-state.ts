// What Prometheus and Alertmanager know about alerts. In: the running stack. Out: since when a rule's condition held, and
// which alerts are held back.
import type { AlertRule } from '../../prometheus/alert-rule.ts'
import { durationSeconds } from '../../prometheus/scale-windows.ts'
import type { World } from '../e2e/world.ts'
import { DRILL_GROUPS } from './start-drill.ts'

const STEP_S = 0.25
/** A gap that a rule, evaluated every second, may not have seen. */
const GAP_S = 2

/** @throws Error when the rules have no such alert. */
export function ruleOf(alert: string): AlertRule {
  const rule = DRILL_GROUPS.flatMap(({ alerts }) => alerts).find(({ name }) => name === alert)
  if (!rule) throw new Error(`no alert ${alert}`)
  return rule
}

export const forMsOf = (rule: AlertRule): number => (rule.for ? durationSeconds(rule.for) * 1000 : 0)

/**
 * When the condition of the rule became true for the last time before `untilMs`, by the timestamps of the samples.
 * @throws Error when it was never true since `sinceMs`.
 */
export async function crossedAtMs(
  world: World,
  rule: AlertRule,
  orgId: string | undefined,
  { sinceMs, untilMs }: { sinceMs: number; untilMs: number },
): Promise<number> {
  const query = new URLSearchParams({
    query: rule.expr,
    start: String(sinceMs / 1000),
    end: String(untilMs / 1000),
    step: String(STEP_S),
  })
  const response = await fetch(world.url('PROMETHEUS_PORT', `/api/v1/query_range?${query}`))
  const { data } = (await response.json()) as {
    data: { result: { metric: Record<string, string>; values: [number, string][] }[] }
  }
  const runs = data.result
    .filter(({ metric }) => orgId === undefined || metric.org_id === orgId)
    .map(({ values }) => startOfLastRun(values.map(([seconds]) => seconds)))
  if (runs.length === 0) throw new Error(`the condition of ${rule.name} never held`)
  return Math.min(...runs) * 1000
}

/** Times close together belong to one run. */
const startOfLastRun = (times: number[]): number => {
  let start = times.at(-1) ?? Number.NaN
  for (const time of times.toReversed()) {
    if (start - time > GAP_S) break
    start = time
  }
  return start
}

interface LiveAlert {
  labels: Record<string, string>
  status: { inhibitedBy: string[] }
}

/** Names of the alerts that fire and that inhibition keeps from being mailed. */
export async function heldBack(world: World): Promise<string[]> {
  const response = await fetch(world.url('ALERTMANAGER_PORT', '/api/v2/alerts?active=false&inhibited=true'))
  const alerts = (await response.json()) as LiveAlert[]
  const inhibited = alerts.filter(({ status }) => status.inhibitedBy.length > 0)
  return [...new Set(inhibited.map(({ labels }) => labels.alertname ?? ''))].sort()
}

// The dead man's switch. In: arrivals of the Watchdog alert, which always fires. Out: a mail of our own when it stops
// arriving, because then no alert can arrive either; another when it is back. Restarting counts as an arrival: after an
// outage of ours, Prometheus and Alertmanager get the time to reach us.
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../shared/logger.ts'
import type { ApiMetrics } from './metrics.ts'

/** A mail that was sent is repeated after this long while the alert path stays broken. */
const REPEAT_MS = 4 * 3_600_000

export function createDeadMansSwitch(parts: {
  clock: Clock
  metrics: ApiMetrics
  logger: Logger
  timeoutMs: number
  /** @returns whether the mail was taken. */
  send: (subject: string, text: string) => Promise<boolean>
}) {
  const { clock, metrics, logger, timeoutMs, send } = parts
  let lastSeenMs = clock.nowMs()
  let mailedAtMs: number | undefined
  metrics.watchdogLastSeen.set(lastSeenMs / 1000)

  const check = async (): Promise<void> => {
    const nowMs = clock.nowMs()
    const silentMs = nowMs - lastSeenMs
    const overdue = silentMs > timeoutMs
    metrics.watchdogOverdue.set(overdue ? 1 : 0)
    if (overdue && (mailedAtMs === undefined || nowMs - mailedAtMs >= REPEAT_MS)) {
      logger.error({ silent_ms: silentMs }, 'the Watchdog alert stopped arriving')
      if (await send(...brokenMail(lastSeenMs, silentMs))) mailedAtMs = nowMs
    } else if (!overdue && mailedAtMs !== undefined) {
      if (await send(...restoredMail(lastSeenMs))) mailedAtMs = undefined
    }
  }
  return {
    seen: (nowMs: number): void => {
      lastSeenMs = nowMs
      metrics.watchdogLastSeen.set(nowMs / 1000)
    },
    check,
  }
}

function brokenMail(lastSeenMs: number, silentMs: number): [subject: string, text: string] {
  const since = new Date(lastSeenMs).toISOString()
  const minutes = Math.floor(silentMs / 60_000)
  return [
    '[CRITICAL] Alerts do not get through: the Watchdog stopped arriving',
    `The alert Watchdog always fires and has to arrive every minute. It last arrived at ${since}, ${minutes} minutes ago.
Until it is back, no other alert can be relied on.

What to do, in this order:
1. Is Prometheus up and evaluating rules?     http://<prometheus>/api/v1/rules
2. Does it reach Alertmanager?                prometheus_notifications_dropped_total, prometheus_notifications_alertmanagers_discovered
3. Is Alertmanager up, and does its webhook reach the api?
                                              alertmanager_notifications_failed_total{integration="webhook"}

Sent by the Spanledger api itself, not by Alertmanager.
`,
  ]
}

const restoredMail = (lastSeenMs: number): [subject: string, text: string] => [
  '[RESOLVED] Alerts get through again: the Watchdog is back',
  `The alert Watchdog arrived at ${new Date(lastSeenMs).toISOString()}.\n\nSent by the Spanledger api itself, not by Alertmanager.\n`,
]

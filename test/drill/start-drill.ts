// The stack as the drill runs it. In: nothing. Out: the real components with the project's own rules, whose windows are
// divided by SCALE, healthy traffic that can be told to misbehave, and ways to look at alerts and mails.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'
import { writeRuleFiles } from '../../prometheus/generate.ts'
import { createRuleGroups } from '../../prometheus/rule-groups.ts'
import { scaleWindows } from '../../prometheus/scale-windows.ts'
import { startStack } from '../../stack/start-stack.ts'
import { createWorld, type World } from '../e2e/world.ts'
import { pollUntil } from '../support/poll.ts'
import { type CacheApp, startCacheApp } from './cache-app/start-cache-app.ts'
import { startTraffic, type Traffic } from './traffic.ts'

/** Windows, `for` and `keep_firing_for` of the rules are divided by this; thresholds and floors are the true ones. */
export const SCALE = 20

/** Scrape and evaluation interval, and how long the first mail of a group waits for more. Not scaled: chosen. */
export const INTERVALS_S = { scrape: 1, evaluation: 1, groupWait: 3 }

/** The time from a crossed threshold to the mail may be twice the three intervals. */
export const MAIL_WITHIN_MS = 2 * (INTERVALS_S.scrape + INTERVALS_S.evaluation + INTERVALS_S.groupWait) * 1000

/** Small enough to be filled on purpose. */
export const QUEUE_BYTES = 8 * 1024 * 1024

export const DRILL_GROUPS = createRuleGroups(scaleWindows(ALERTS_CONFIG, SCALE))

export const DRILL_ENV: Readonly<Record<string, string>> = {
  PROMETHEUS_SCRAPE_INTERVAL: `${INTERVALS_S.scrape}s`,
  ALERTMANAGER_GROUP_WAIT: `${INTERVALS_S.groupWait}s`,
  ALERTMANAGER_GROUP_INTERVAL: '3s',
  ALERTMANAGER_START_DELAY: '0s',
  OTEL_METRIC_EXPORT_INTERVAL: '1000',
  OTEL_BSP_SCHEDULE_DELAY: '500',
  OTEL_BLRP_SCHEDULE_DELAY: '500',
  SPAN_METRICS_FLUSH_INTERVAL: '1s',
  TAIL_SAMPLING_DECISION_WAIT: '2s',
  TAIL_SAMPLING_REST_PERCENT: '100',
  COLLECTOR_QUEUE_BYTES: String(QUEUE_BYTES),
  DEMO_FAULTS: 'true',
  DEMO_REQUESTS_PER_SECOND: '500',
  API_BUDGET_INTERVAL_MS: '1000',
  API_NEO4J_PROBE_INTERVAL_MS: '1000',
  API_RECONCILE_INTERVAL_MS: '1500',
}

export interface Drill {
  world: World
  traffic: Traffic
  /** An application with a Redis and a vector store. */
  cache: CacheApp
}

export interface StartedDrill extends Drill {
  stop(): Promise<void>
}

/** Writes the scaled rules for Prometheus to read; its variable names the folder. */
async function writeDrillRules(): Promise<{ folder: string; env: Record<string, string> }> {
  const folder = await mkdtemp(join(tmpdir(), 'spanledger-drill-'))
  writeRuleFiles(folder, DRILL_GROUPS)
  return { folder, env: { PROMETHEUS_RULES_DIR: folder } }
}

/** Of what is pending or firing. */
async function alertNames(world: World): Promise<string[]> {
  const response = await fetch(world.url('PROMETHEUS_PORT', '/api/v1/alerts'))
  const { data } = (await response.json()) as { data: { alerts: { labels: { alertname: string } }[] } }
  return data.alerts.map(({ labels }) => labels.alertname)
}

/** Services that start one after the other may have tripped scaled alerts: those are no finding. */
async function untilQuiet(world: World): Promise<void> {
  await pollUntil('no alert pending or firing but the Watchdog', async () => {
    const alerts = (await alertNames(world)).filter((name) => name !== 'Watchdog')
    if (alerts.length > 0) throw new Error(alerts.join(', '))
  })
  await delay(2 * INTERVALS_S.groupWait * 1000)
  await fetch(world.url('INBOX_WEB_PORT', '/api/messages'), { method: 'DELETE' })
}

/** @throws Error naming the services that did not become healthy; nothing is left running then. */
export async function startDrill(): Promise<StartedDrill> {
  const rules = await writeDrillRules()
  const ends: (() => unknown)[] = [() => rm(rules.folder, { recursive: true, force: true })]
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    const stack = await startStack({ without: ['traffic', 'viewer'], env: { ...DRILL_ENV, ...rules.env } })
    ends.push(stack.stop)
    const world = createWorld(stack)
    ends.push(world.close)
    const traffic = startTraffic(world)
    ends.push(traffic.stop)
    const cache = await startCacheApp(stack)
    ends.push(cache.stop)
    await untilQuiet(world)
    return { world, traffic, cache, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

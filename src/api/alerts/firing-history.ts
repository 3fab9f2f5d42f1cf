// When alerts fired, as Prometheus saw it. In: its ALERTS series. Out: episodes that history does not have, and when a known
// instance ended.
import { type Episode, evaluationIntervalMs, toEpisodes } from './episodes.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { PrometheusClient } from './prometheus-client.ts'
import { type AlertReport, defaultGroup, orgOfLabels } from './webhook-body.ts'

interface Known {
  orgId: string
  fingerprint: string
  startMs: number
  endMs: number | undefined
}

export interface FiringHistory {
  missing(known: Known[]): AlertReport[]
  /** Unix ms; undefined when Prometheus knows nothing about it. */
  endOf(one: Known): number | 'still firing' | undefined
}

const FALLBACK_INTERVAL_MS = 60_000

export async function readFiringHistory(
  prometheus: PrometheusClient,
  windowMs: number,
  nowMs: number,
): Promise<FiringHistory> {
  const samples = await prometheus.firingSamples(windowMs)
  const series = samples.filter(({ labels }) => labels.alertname !== undefined && labels.alertname !== 'Watchdog')
  // Watchdog included here: it fires at every evaluation, which tells the interval even on a quiet day.
  const intervalMs = evaluationIntervalMs(
    samples.map(({ atMs }) => atMs),
    FALLBACK_INTERVAL_MS,
  )
  const window = { fromMs: nowMs - windowMs, toMs: nowMs, intervalMs }
  const alerts = series.map(({ labels, atMs }) => ({
    labels,
    orgId: orgOfLabels(labels),
    fingerprint: fingerprintOf(labels),
    episodes: toEpisodes(atMs, window),
  }))
  const overlaps = (episode: Episode, one: Known) =>
    one.startMs <= episode.lastMs + 2 * intervalMs && (one.endMs ?? nowMs) >= episode.startMs - 2 * intervalMs
  return {
    missing: (known) =>
      alerts.flatMap(({ labels, orgId, fingerprint, episodes }) => {
        const own = known.filter((one) => one.orgId === orgId && one.fingerprint === fingerprint)
        return episodes
          .filter((episode) => !own.some((one) => overlaps(episode, one)))
          .map((episode) => toReport({ labels, orgId, fingerprint }, episode, intervalMs))
      }),
    endOf: (one) => {
      const alert = alerts.find(({ orgId, fingerprint }) => orgId === one.orgId && fingerprint === one.fingerprint)
      const episode = alert?.episodes.findLast((candidate) => overlaps(candidate, one))
      if (!episode) return undefined
      return episode.ended ? episode.lastMs + intervalMs : 'still firing'
    },
  }
}

function toReport(
  alert: { labels: Record<string, string>; orgId: string; fingerprint: string },
  episode: Episode,
  intervalMs: number,
): AlertReport {
  const { labels, orgId, fingerprint } = alert
  return {
    orgId,
    fingerprint,
    startsAt: new Date(episode.startMs).toISOString(),
    endsAt: episode.ended ? new Date(episode.lastMs + intervalMs).toISOString() : undefined,
    alertName: labels.alertname ?? '',
    severity: labels.severity ?? 'none',
    labels,
    // Prometheus keeps no annotations of what is over.
    annotations: {},
    generatorUrl: '',
    groupLabels: defaultGroup(labels),
    receiver: '',
  }
}

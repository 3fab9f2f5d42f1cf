// What went wrong in the demo's past, so that dashboards have something to find; docs/demo-data.md says where to look.
// In: the end of the data and the fleet. Out: windows and what they touch. All lie within the last seven days.
import { UNPRICED_MODEL } from '../model-server/models.ts'
import { DAY_MS, HOUR_MS } from './calendar.ts'
import type { Agent, Organisation } from './fleet.ts'

export interface Window {
  fromMs: number
  toMs: number
}

export interface Incidents {
  /** One agent of acme got a new version and with it a slow prompt. */
  slowVersion: Window & { orgId: string; agentId: string; version: string; factor: number }
  /** Anthropic's API failed; calls were tried again and then answered by Gemini. */
  providerOutage: Window & { provider: string; failureShare: number }
  /** A deal was switched to the dearest model with a prompt that carries whole documents. */
  costSpike: Window & { orgId: string; dealId: string; model: string; inputFactor: number }
  /** A department tried a model that no price book has. */
  unpricedModel: Window & { orgId: string; department: string; model: string; share: number }
  /** Neo4j was down; answers went on without the graph. */
  graphOutage: Window
}

export const within = (window: Window, ms: number): boolean => ms >= window.fromMs && ms < window.toMs

/** Midnight (UTC) of the day that lies `days` before the day of `untilMs`. */
const daysBefore = (untilMs: number, days: number): number =>
  Math.floor((untilMs - 1) / DAY_MS) * DAY_MS - days * DAY_MS

/** The nearest earlier working day, so that enough traffic meets the incident. */
function workday(untilMs: number, days: number): number {
  let midnight = daysBefore(untilMs, days)
  while ([0, 6].includes(new Date(midnight).getUTCDay())) midnight -= DAY_MS
  return midnight
}

export function planIncidents(untilMs: number, fleet: readonly Organisation[]): Incidents {
  const acme = fleet.find(({ orgId }) => orgId === 'acme') as Organisation
  const slow = busiest(acme, (agent) => agent.department === 'legal' && agent.environment === 'production')
  const outageDay = workday(untilMs, 3)
  const graphDay = workday(untilMs, 1)
  const spikeDay = workday(untilMs, 2)
  return {
    slowVersion: {
      fromMs: daysBefore(untilMs, 4) + 9 * HOUR_MS,
      toMs: untilMs,
      orgId: 'acme',
      agentId: slow.id,
      version: 'v3.2',
      factor: 2.8,
    },
    providerOutage: {
      fromMs: outageDay + 13 * HOUR_MS + HOUR_MS / 2,
      toMs: outageDay + 14 * HOUR_MS + HOUR_MS / 2,
      provider: 'anthropic',
      failureShare: 0.85,
    },
    costSpike: {
      fromMs: spikeDay + 8 * HOUR_MS,
      toMs: spikeDay + 18 * HOUR_MS,
      orgId: 'acme',
      dealId: 'heron',
      model: 'claude-opus-4-5',
      inputFactor: 4,
    },
    unpricedModel: {
      fromMs: daysBefore(untilMs, 5),
      toMs: untilMs,
      orgId: 'acme',
      department: 'research',
      model: UNPRICED_MODEL,
      share: 0.12,
    },
    graphOutage: { fromMs: graphDay + 9 * HOUR_MS, toMs: graphDay + 10 * HOUR_MS },
  }
}

function busiest(organisation: Organisation, accept: (agent: Agent) => boolean): Agent {
  const { agents, agentWeights } = organisation
  const weightOf = (agent: Agent) => agentWeights[agents.indexOf(agent)] ?? 0
  const candidates = agents.filter(accept)
  const pool = candidates.length > 0 ? candidates : agents
  return pool.reduce((best, agent) => (weightOf(agent) > weightOf(best) ? agent : best))
}

// All traces of a run, hour by hour from the oldest. In: seed, size, end. Out: batches of planned traces. Each hour of
// each organisation has a random stream of its own, so an hour can be made again without the ones before it.
import { createRandom } from '../../shared/random.ts'
import { HOUR_MS, planHours } from './calendar.ts'
import { createFleet, type Organisation } from './fleet.ts'
import { type Incidents, planIncidents } from './incidents.ts'
import { planTrace } from './plan-trace.ts'
import type { PlannedTrace } from './planned-trace.ts'

export interface DemoDataOptions {
  seed: number
  days: number
  traces: number
  /** End of the data: a whole hour, UTC. */
  untilMs: number
}

export interface DemoData {
  fleet: Organisation[]
  incidents: Incidents
  /** Hours in order; `traces` is how many each has over all organisations. */
  hours: { startMs: number; traces: number }[]
  /** The traces of one hour, in the order of their start. */
  tracesOf(hour: number): PlannedTrace[]
}

export function createDemoData(options: DemoDataOptions): DemoData {
  const { seed, days, traces, untilMs } = options
  const fleet = createFleet(seed)
  const incidents = planIncidents(untilMs, fleet)
  const perOrganisation = fleet.map((organisation, index) => {
    // What is left by rounding goes to the first, so that the sum is what was asked for.
    const others = fleet.slice(1).reduce((sum, other) => sum + Math.round(traces * other.share), 0)
    const own = index === 0 ? traces - others : Math.round(traces * organisation.share)
    return planHours({ traces: own, days, untilMs })
  })
  const hours = (perOrganisation[0] ?? []).map(({ startMs }, hour) => ({
    startMs,
    traces: perOrganisation.reduce((sum, plan) => sum + (plan[hour]?.traces ?? 0), 0),
  }))
  return {
    fleet,
    incidents,
    hours,
    tracesOf(hour) {
      const planned = fleet.flatMap((organisation, index) => {
        const { startMs, traces: count } = perOrganisation[index]?.[hour] ?? { startMs: 0, traces: 0 }
        const random = createRandom(seed, 11, index, startMs / HOUR_MS)
        return Array.from({ length: count }, () =>
          planTrace(random, organisation, startMs + Math.floor(random.next() * HOUR_MS * 1000) / 1000, incidents),
        )
      })
      return planned.sort((a, b) => (a.spans[0]?.startUs ?? 0) - (b.spans[0]?.startUs ?? 0))
    },
  }
}

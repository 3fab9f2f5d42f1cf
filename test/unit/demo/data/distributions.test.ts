// The shape of the demo data, measured on the traces themselves. Seeds are fixed, so these tests never flicker.
import { beforeAll, describe, expect, it } from 'vitest'
import { ATTR, EVENT } from '../../../../instrumentation/semconv.ts'
import { DAY_MS, HOUR_MS } from '../../../../src/demo/data/calendar.ts'
import {
  CACHED_CALLS,
  EMBEDDING_CACHE_HITS,
  ENVIRONMENTS,
  ERROR_RATE,
  EVALUATED,
  FEATURES,
  LATENCY,
  QUALITY,
  RATED,
  SEGMENTS,
  VERSIONS,
} from '../../../../src/demo/data/distributions.ts'
import { createDemoData, type DemoData } from '../../../../src/demo/data/generate.ts'
import type { PlannedTrace } from '../../../../src/demo/data/planned-trace.ts'
import { chiSquare, countBy, logNormalDistance, medianOf, shareOf } from './statistics.ts'

const UNTIL_MS = Date.UTC(2026, 2, 31)
let data: DemoData
let traces: PlannedTrace[]
/** Without the planted incidents of the last week. */
let ordinary: PlannedTrace[]

beforeAll(() => {
  data = createDemoData({ seed: 42, days: 56, traces: 36_000, untilMs: UNTIL_MS })
  traces = data.hours.flatMap((_, hour) => data.tracesOf(hour))
  ordinary = traces.filter((trace) => startMs(trace) < UNTIL_MS - 7 * DAY_MS)
}, 60_000)

const startMs = (trace: PlannedTrace) => (trace.spans[0]?.startUs ?? 0) / 1000
const common = (key: string) => (trace: PlannedTrace) => String(trace.common[key])
const durationMs = (trace: PlannedTrace) => ((trace.spans[0]?.endUs ?? 0) - (trace.spans[0]?.startUs ?? 0)) / 1000
const hasFailed = (trace: PlannedTrace) => trace.spans[0]?.error !== undefined

describe('the traces', () => {
  it('are exactly as many as asked for, all before the end', () => {
    expect(traces).toHaveLength(36_000)
    expect(Math.max(...traces.slice(-1_000).map(startMs))).toBeLessThan(UNTIL_MS)
    expect(startMs(traces[0] as PlannedTrace)).toBeGreaterThanOrEqual(UNTIL_MS - 56 * DAY_MS)
  })

  it.each([
    [
      'organisations',
      ATTR.orgId,
      [
        { name: 'acme', share: 0.7 },
        { name: 'globex', share: 0.2 },
        { name: 'initech', share: 0.1 },
      ],
    ],
    ['versions', ATTR.agentVersion, VERSIONS],
    ['environments', ATTR.environment, ENVIRONMENTS],
    ['segments', ATTR.segment, SEGMENTS],
    ['features', ATTR.feature, FEATURES],
  ])('have the %s of the table', (_name, key, shares) => {
    const { statistic, bound } = chiSquare(countBy(ordinary, common(key)), shares)
    expect(statistic).toBeLessThan(bound)
  })

  it('would be told apart from a distribution two points off', () => {
    const off = VERSIONS.map(({ name, share }, index) => ({
      name,
      share: share + (index === 0 ? 0.02 : index === 1 ? -0.02 : 0),
    }))
    const { statistic, bound } = chiSquare(countBy(ordinary, common(ATTR.agentVersion)), off)
    expect(statistic).toBeGreaterThan(bound)
  })

  it('take log-normal time around 1.1 s', () => {
    const kept = ordinary.filter((trace) => !hasFailed(trace) && trace.common[ATTR.feature] === 'extraction')
    // A retried call adds its wait; those are another matter.
    const sample = kept.filter((trace) => trace.spans.every((span) => !span.error)).map(durationMs)
    expect(sample.length).toBeGreaterThan(2_000)
    const { distance, bound } = logNormalDistance(sample, LATENCY.medianMs, LATENCY.sigma)
    expect(distance).toBeLessThan(bound)
    expect(logNormalDistance(sample, LATENCY.medianMs * 1.1, LATENCY.sigma).distance).toBeGreaterThan(bound)
    expect(medianOf(ordinary.filter((trace) => !hasFailed(trace)).map(durationMs)) / 1_100).toBeCloseTo(0.94, 1)
  })

  it('fail in 2 to 5 % of all cases, in every department', () => {
    expect(shareOf(ordinary, hasFailed)).toBeGreaterThan(ERROR_RATE.least)
    expect(shareOf(ordinary, hasFailed)).toBeLessThan(ERROR_RATE.most)
    for (const { name, errorRate } of data.fleet[0]?.departments ?? []) {
      const own = ordinary.filter((trace) => trace.orgId === 'acme' && trace.common[ATTR.department] === name)
      const spread = 4 * Math.sqrt((errorRate * (1 - errorRate)) / own.length)
      expect(Math.abs(shareOf(own, hasFailed) - errorRate), name).toBeLessThan(spread)
    }
  })

  it('keep business hours, and weekends at 30 % of working days', () => {
    const perDay = countBy(ordinary, (trace) => String(Math.floor(startMs(trace) / DAY_MS)))
    const isWeekend = (day: string) => [0, 6].includes(new Date(Number(day) * DAY_MS).getUTCDay())
    const mean = (days: [string, number][]) => days.reduce((sum, [, count]) => sum + count, 0) / days.length
    const days = [...perDay]
    const ratio = mean(days.filter(([day]) => isWeekend(day))) / mean(days.filter(([day]) => !isWeekend(day)))
    expect(ratio).toBeGreaterThan(0.28)
    expect(ratio).toBeLessThan(0.32)
    const inBusinessHours = (trace: PlannedTrace) => {
      const hour = new Date(startMs(trace)).getUTCHours()
      return hour >= 7 && hour < 18
    }
    expect(shareOf(ordinary, inBusinessHours)).toBeGreaterThan(0.8)
  })

  it('find cached prompts and cached embeddings as often as the table says', () => {
    const spans = ordinary.flatMap((trace) => trace.spans)
    const chats = spans.filter((span) => span.attributes[ATTR.operationName] === 'chat' && !span.error)
    expect(shareOf(chats, (span) => span.attributes[ATTR.cacheReadTokens] !== undefined)).toBeCloseTo(CACHED_CALLS, 1)
    const embeddings = spans.filter((span) => span.attributes[ATTR.ragStep] === 'embedding')
    expect(shareOf(embeddings, (span) => span.attributes[ATTR.cacheHit] === true)).toBeCloseTo(EMBEDDING_CACHE_HITS, 1)
  })

  it('are judged as the table says, with scores around their agent’s quality', () => {
    const answers = ordinary.filter(
      (t) => !hasFailed(t) && !['search', 'document_upload'].includes(common(ATTR.feature)(t)),
    )
    const logsOf = (event: string) => answers.flatMap((trace) => trace.logs.filter((log) => log.eventName === event))
    const scores = logsOf(EVENT.evaluation).map((log) => Number(log.attributes[ATTR.evaluationScore]))
    expect(scores.length / answers.length).toBeCloseTo(EVALUATED, 2)
    expect(medianOf(scores)).toBeGreaterThan(QUALITY.least)
    expect(medianOf(scores)).toBeLessThan(QUALITY.most)
    expect(logsOf(EVENT.feedback).length / answers.length).toBeCloseTo(RATED, 2)
    expect(logsOf(EVENT.guardrail).length).toBeGreaterThan(20)
  })

  it('have intents of their department', () => {
    const departments = new Map(
      data.fleet.flatMap(({ departments: list }) => list).map((item) => [item.name, item.intents]),
    )
    for (const trace of ordinary.slice(0, 5_000)) {
      const names = departments.get(String(trace.common[ATTR.department]))?.map(({ name }) => name)
      expect(names).toContain(trace.common[ATTR.intent])
    }
  })
})

describe('the fleet', () => {
  it.each([1, 2, 3, 42, 1_000])('of seed %i has 10 departments with 8 to 12 agents each, 80 to 100 in all', (seed) => {
    const [acme] = createDemoData({ seed, days: 7, traces: 100, untilMs: UNTIL_MS }).fleet
    expect(acme?.departments).toHaveLength(10)
    const perDepartment = countBy(acme?.agents ?? [], (agent) => agent.department)
    for (const [name, agents] of perDepartment) {
      expect(agents, name).toBeGreaterThanOrEqual(8)
      expect(agents, name).toBeLessThanOrEqual(12)
    }
    expect(acme?.agents.length).toBeGreaterThanOrEqual(80)
    expect(acme?.agents.length).toBeLessThanOrEqual(100)
    expect(new Set(acme?.agents.map(({ id }) => id)).size).toBe(acme?.agents.length)
  })
})

describe('the traces’ form', () => {
  it('is a tree: one root, parents before children and around them', () => {
    for (const trace of traces.slice(0, 4_000).concat(traces.slice(-4_000))) {
      for (const [position, span] of trace.spans.entries()) {
        const parent = trace.spans[span.parent]
        const isPlaced = position === 0 ? span.parent === -1 : parent !== undefined && span.parent < position
        const isTimed =
          Number.isSafeInteger(span.startUs) && Number.isSafeInteger(span.endUs) && span.endUs > span.startUs
        const isWithin = !parent || (span.startUs >= parent.startUs && span.endUs <= parent.endUs)
        if (isPlaced && isTimed && isWithin) continue
        throw new Error(`${span.name} is not within ${parent?.name}: ${JSON.stringify(trace.spans)}`)
      }
    }
  })

  it('repeats no trace id and no span id within a trace', () => {
    expect(new Set(traces.map((trace) => trace.traceId.join())).size).toBe(traces.length)
    for (const trace of traces.slice(0, 5_000)) {
      expect(new Set(trace.spanIds.map((id) => id.join())).size).toBe(trace.spans.length)
    }
  })

  it('is the same for the same seed, whichever hour is made first, and another for another seed', () => {
    const again = createDemoData({ seed: 42, days: 56, traces: 36_000, untilMs: UNTIL_MS })
    const busy = data.hours.findIndex(({ traces: count }) => count > 40)
    expect(again.tracesOf(busy)).toEqual(data.tracesOf(busy))
    const other = createDemoData({ seed: 43, days: 56, traces: 36_000, untilMs: UNTIL_MS })
    expect(other.tracesOf(busy)).not.toEqual(data.tracesOf(busy))
  })

  it('of an hour is the same wherever the data ends, as long as no incident moves', () => {
    const later = createDemoData({ seed: 42, days: 56, traces: 36_000, untilMs: UNTIL_MS })
    expect(later.hours[100]?.startMs).toBe(UNTIL_MS - 56 * DAY_MS + 100 * HOUR_MS)
    expect(later.tracesOf(100)).toEqual(data.tracesOf(100))
  })
})

it.each([1, 2, 3, 42, 1_000])('weights of seed %i meet environments and versions in every organisation', (seed) => {
  for (const { orgId, agents, agentWeights } of createDemoData({ seed, days: 7, traces: 100, untilMs: UNTIL_MS })
    .fleet) {
    const shareWhere = (accept: (agent: (typeof agents)[number]) => boolean) =>
      agents.reduce((sum, agent, index) => sum + (accept(agent) ? (agentWeights[index] ?? 0) : 0), 0)
    for (const { name, share } of ENVIRONMENTS) {
      expect(
        shareWhere((agent) => agent.environment === name),
        `${orgId} ${name}`,
      ).toBeCloseTo(share, 3)
    }
    for (const { name, share } of VERSIONS) {
      expect(
        shareWhere((agent) => agent.version === name),
        `${orgId} ${name}`,
      ).toBeCloseTo(share, 3)
    }
  }
})

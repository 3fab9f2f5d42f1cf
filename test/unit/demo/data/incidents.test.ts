// Each planted incident is there, where docs/demo-data.md says, and nowhere else.
import { beforeAll, describe, expect, it } from 'vitest'
import { ATTR } from '../../../../instrumentation/semconv.ts'
import { createDemoData, type DemoData } from '../../../../src/demo/data/generate.ts'
import { within } from '../../../../src/demo/data/incidents.ts'
import type { PlannedSpan, PlannedTrace } from '../../../../src/demo/data/planned-trace.ts'
import { medianOf, shareOf } from './statistics.ts'

let data: DemoData
let traces: PlannedTrace[]

// The smallest set that `make up DEMO=1` loads has to show them all.
beforeAll(() => {
  data = createDemoData({ seed: 1, days: 7, traces: 20_000, untilMs: Date.UTC(2026, 2, 31, 15) })
  traces = data.hours.flatMap((_, hour) => data.tracesOf(hour))
}, 60_000)

const startMs = (span: PlannedSpan | undefined) => (span?.startUs ?? 0) / 1000
const rootMs = (trace: PlannedTrace) => startMs(trace.spans[0])
const isChat = (span: PlannedSpan) => span.attributes[ATTR.operationName] === 'chat'
const wentWell = (trace: PlannedTrace) => trace.spans[0]?.error === undefined
const durationMs = (trace: PlannedTrace) => ((trace.spans[0]?.endUs ?? 0) - (trace.spans[0]?.startUs ?? 0)) / 1000
const fits = (trace: PlannedTrace, attributes: Record<string, string>) =>
  Object.entries(attributes).every(([key, value]) => trace.common[key] === value)

describe('planted', () => {
  it('all within the data', () => {
    const { slowVersion, providerOutage, costSpike, unpricedModel, graphOutage } = data.incidents
    const endMs = (data.hours.at(-1)?.startMs ?? 0) + 3_600_000
    for (const window of [slowVersion, providerOutage, costSpike, unpricedModel, graphOutage]) {
      expect(window.fromMs).toBeGreaterThanOrEqual(data.hours[0]?.startMs ?? 0)
      expect(window.toMs).toBeLessThanOrEqual(endMs)
      expect(window.toMs).toBeGreaterThan(window.fromMs)
    }
  })

  it.each(Array.from({ length: 14 }, (_, day) => day))('on working days, whenever the data ends (%i)', (day) => {
    const untilMs = Date.UTC(2026, 2, 1 + day, 7)
    const { incidents, hours } = createDemoData({ seed: 1, days: 7, traces: 1_000, untilMs })
    for (const window of [incidents.providerOutage, incidents.costSpike, incidents.graphOutage]) {
      expect([0, 6]).not.toContain(new Date(window.fromMs).getUTCDay())
      expect(window.fromMs).toBeGreaterThanOrEqual(hours[0]?.startMs ?? 0)
      expect(window.toMs).toBeLessThanOrEqual(untilMs)
    }
    expect(incidents.unpricedModel.fromMs).toBeGreaterThanOrEqual(hours[0]?.startMs ?? 0)
  })

  it('a slow version: one agent takes 2.8 times as long since it runs v3.2', () => {
    const { slowVersion } = data.incidents
    const own = traces.filter(
      (trace) => fits(trace, { [ATTR.orgId]: 'acme', [ATTR.agentId]: slowVersion.agentId }) && wentWell(trace),
    )
    const [slow, before] = [
      own.filter((t) => within(slowVersion, rootMs(t))),
      own.filter((t) => !within(slowVersion, rootMs(t))),
    ]
    expect(new Set(slow.map((trace) => trace.common[ATTR.agentVersion]))).toEqual(new Set(['v3.2']))
    expect(before.map((trace) => trace.common[ATTR.agentVersion])).not.toContain('v3.2')
    const ratio = medianOf(slow.map(durationMs)) / medianOf(before.map(durationMs))
    expect(ratio).toBeGreaterThan(2.2)
    expect(ratio).toBeLessThan(3.5)
    expect(traces.filter((trace) => trace.common[ATTR.agentVersion] === 'v3.2')).toHaveLength(
      own.filter((t) => within(slowVersion, rootMs(t))).length +
        traces.filter((t) => fits(t, { [ATTR.agentVersion]: 'v3.2' }) && !wentWell(t)).length,
    )
  })

  it('a provider outage: most Anthropic calls fail for an hour and Gemini answers instead', () => {
    const { providerOutage } = data.incidents
    const calls = traces
      .flatMap((trace) => trace.spans)
      .filter((span) => isChat(span) && span.attributes[ATTR.providerName] === 'anthropic')
    const isInside = (span: PlannedSpan) => within(providerOutage, startMs(span))
    const failedInside = shareOf(calls.filter(isInside), (span) => span.error?.type === '503')
    const failedOutside = shareOf(
      calls.filter((span) => !isInside(span)),
      (span) => span.error?.type === '503',
    )
    expect(failedInside).toBeGreaterThan(0.8)
    expect(failedOutside).toBeLessThan(0.05)
    const rescued = traces.flatMap((trace) => trace.spans).filter((span) => span.attributes[ATTR.fallback] === 'model')
    expect(rescued.length).toBeGreaterThan(3)
    expect(rescued.every((span) => span.attributes[ATTR.requestModel] === 'gemini-2.5-flash')).toBe(true)
  })

  it('a cost spike: deal heron pays for claude-opus-4-5 with four times the prompt for ten hours', () => {
    const { costSpike } = data.incidents
    const inHeron = traces.filter((trace) => fits(trace, { [ATTR.orgId]: 'acme', [ATTR.dealId]: 'heron' }))
    const chats = (accept: (trace: PlannedTrace) => boolean) =>
      inHeron
        .filter(accept)
        .flatMap((trace) => trace.spans)
        .filter((span) => isChat(span) && span.attributes[ATTR.inputTokens])
    const inside = chats((trace) => within(costSpike, rootMs(trace)))
    const outside = chats((trace) => !within(costSpike, rootMs(trace)))
    const isOpus = (span: PlannedSpan) => span.attributes[ATTR.requestModel] === 'claude-opus-4-5'
    // Some of those calls fell back or met the unpriced model.
    expect(shareOf(inside, isOpus)).toBeGreaterThan(0.8)
    expect(shareOf(outside, isOpus)).toBeLessThan(0.3)
    const tokens = (spans: PlannedSpan[]) => medianOf(spans.map((span) => Number(span.attributes[ATTR.inputTokens])))
    expect(tokens(inside) / tokens(outside)).toBeGreaterThan(3)
  })

  it('an unpriced model: a share of one department’s calls since it began, nowhere else', () => {
    const { unpricedModel } = data.incidents
    const using = traces.filter((trace) =>
      trace.spans.some((span) => span.attributes[ATTR.requestModel] === unpricedModel.model),
    )
    expect(using.length).toBeGreaterThan(20)
    for (const trace of using) {
      expect(trace.common).toMatchObject({ [ATTR.orgId]: 'acme', [ATTR.department]: 'research' })
      expect(rootMs(trace)).toBeGreaterThanOrEqual(unpricedModel.fromMs)
    }
  })

  it('a Neo4j outage: every graph query fails for an hour, chats go on degraded', () => {
    const { graphOutage } = data.incidents
    const queries = traces.flatMap((trace) => trace.spans).filter((span) => span.name === 'graph_query')
    const isInside = (span: PlannedSpan) => within(graphOutage, startMs(span))
    expect(queries.filter(isInside).length).toBeGreaterThan(20)
    expect(shareOf(queries.filter(isInside), (span) => span.error !== undefined)).toBe(1)
    expect(
      shareOf(
        queries.filter((span) => !isInside(span)),
        (span) => span.error !== undefined,
      ),
    ).toBe(0)
    const degraded = traces
      .flatMap((trace) => trace.spans)
      .filter((span) => span.attributes[ATTR.featureStatus] === 'degraded')
    expect(degraded.length).toBeGreaterThan(15)
    expect(
      degraded.every((span) => within({ fromMs: graphOutage.fromMs - 60_000, toMs: graphOutage.toMs }, startMs(span))),
    ).toBe(true)
  })
})

it('keeps failing features apart by error: uploads fail on documents, searches on the vector store', () => {
  const errorsOf = (feature: string) =>
    new Set(
      traces
        .filter((trace) => trace.common[ATTR.feature] === feature)
        .flatMap((trace) => trace.spans[1]?.error?.type ?? []),
    )
  expect(errorsOf('document_upload')).toEqual(new Set(['document_unreadable']))
  expect(errorsOf('search')).toEqual(new Set(['timeout']))
  expect(errorsOf('chat')).toEqual(new Set(['timeout', 'rate_limited', '503', 'content_filter']))
})

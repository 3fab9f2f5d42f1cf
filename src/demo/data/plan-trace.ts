// One request of the demo's past, from the HTTP request down to its model calls. In: a random stream, an organisation,
// a moment, the incidents. Out: a PlannedTrace. Pure: the same stream gives the same trace.
import { ATTR, FEATURE_SPAN_PREFIX } from '../../../instrumentation/semconv.ts'
import type { Random } from '../../shared/random.ts'
import { ERROR_KINDS, FEATURES, LATENCY, LATENCY_FACTOR, SEGMENTS, type Share } from './distributions.ts'
import type { Agent, Department, Organisation } from './fleet.ts'
import { type Incidents, within } from './incidents.ts'
import { addJudgements } from './judgements.ts'
import type { CallFate } from './model-call.ts'
import type { Attributes, PlannedTrace } from './planned-trace.ts'
import type { Request } from './request.ts'
import { runFeature } from './run-feature.ts'
import { TraceBuilder } from './trace-builder.ts'

const ROUTES: Readonly<Record<string, { method: string; route: string }>> = {
  chat: { method: 'POST', route: '/api/chat' },
  search: { method: 'GET', route: '/api/search' },
  qa_response: { method: 'POST', route: '/api/qa' },
  extraction: { method: 'POST', route: '/api/extract' },
  document_upload: { method: 'POST', route: '/api/documents' },
  document_analysis: { method: 'POST', route: '/api/documents/:id/analysis' },
}

export const draw = <T extends { share: number }>(random: Random, items: readonly T[]): T =>
  items[random.weighted(items.map((item) => item.share))] as T

export function planTrace(
  random: Random,
  organisation: Organisation,
  startMs: number,
  incidents: Incidents,
): PlannedTrace {
  const request = planRequest(random, organisation, startMs, incidents)
  const segment = draw(random, SEGMENTS).name
  const user = random.pick(organisation.users[segment] ?? [])
  const trace = new TraceBuilder()
  const { method, route } = ROUTES[request.feature] ?? { method: 'POST', route: '/api' }
  const root = trace.add({
    parent: -1,
    name: `${method} ${route}`,
    kind: 2,
    startUs: request.startUs,
    durationUs: request.durationUs,
  })
  const feature = trace.add({
    parent: root,
    name: FEATURE_SPAN_PREFIX + request.feature,
    startUs: request.startUs + request.durationUs * 0.01,
    durationUs: request.durationUs * 0.98,
  })
  const { status, error, stages, degraded } = runFeature(trace, random, feature, request)
  trace.settle()
  const featureSpan = trace.span(feature)
  featureSpan.attributes = {
    [ATTR.featureStatus]: status,
    [ATTR.featureMetadata]: metadataJson(stages, error),
    ...(error && { [ATTR.errorType]: error.type }),
    ...(degraded && { [ATTR.degraded]: true, [ATTR.degradedReason]: degraded }),
  }
  featureSpan.error = error
  const httpStatus = error ? 503 : request.feature === 'document_upload' ? 201 : 200
  const rootSpan = trace.span(root)
  rootSpan.attributes = { [ATTR.httpMethod]: method, [ATTR.httpRoute]: route, [ATTR.httpStatusCode]: httpStatus }
  if (error) {
    rootSpan.error = error
    rootSpan.attributes[ATTR.errorType] = String(httpStatus)
    const attributes: Attributes = {
      'exception.type': error.type,
      'exception.stacktrace': stackOf(request.feature, error),
    }
    trace.logs.push({
      span: feature,
      timeUs: featureSpan.endUs,
      severity: 'ERROR',
      body: `${request.feature} failed: ${error.message}`,
      attributes,
    })
  } else if (degraded) {
    trace.logs.push({
      span: feature,
      timeUs: featureSpan.startUs + 1_600_000,
      severity: 'WARN',
      body: `${request.feature} goes on without the graph`,
      attributes: {},
    })
  }
  if (!error && request.feature !== 'search' && request.feature !== 'document_upload') {
    addJudgements(trace, random, feature, request.agent)
  }
  const session = `${user}-${Math.floor(startMs / 7_200_000).toString(36)}`
  return trace.finish(organisation.orgId, commonOf(random, request, { segment, user, session }), random)
}

function planRequest(random: Random, organisation: Organisation, startMs: number, incidents: Incidents): Request {
  const agent = organisation.agents[random.weighted(organisation.agentWeights)] as Agent
  const department = organisation.departments.find(({ name }) => name === agent.department) as Department
  const feature = draw(random, FEATURES).name
  const dealId = draw(random, organisation.deals).dealId
  const { slowVersion, costSpike, unpricedModel } = incidents
  const isOf = (incident: { orgId: string }) => incident.orgId === organisation.orgId
  const isSlow = isOf(slowVersion) && slowVersion.agentId === agent.id && within(slowVersion, startMs)
  const isSpike = isOf(costSpike) && costSpike.dealId === dealId && within(costSpike, startMs)
  const isUnpriced =
    isOf(unpricedModel) &&
    unpricedModel.department === agent.department &&
    within(unpricedModel, startMs) &&
    random.next() < unpricedModel.share
  let model = agent.model
  if (isSpike)
    model = { ...model, name: costSpike.model, provider: 'anthropic', host: 'api.anthropic.com', reasons: true }
  if (isUnpriced)
    model = { ...model, name: unpricedModel.model, provider: 'unlisted', host: 'models.example.com', reasons: false }
  const failed = random.next() < department.errorRate
  const median = LATENCY.medianMs * (LATENCY_FACTOR[feature] ?? 1) * (isSlow ? slowVersion.factor : 1)
  return {
    organisation,
    department,
    agent,
    version: isSlow ? slowVersion.version : agent.version,
    model,
    feature,
    dealId,
    startUs: Math.round(startMs * 1000),
    durationUs: random.logNormal(median, LATENCY.sigma) * 1000,
    fate: failed ? (draw(random, ERROR_KINDS).name as CallFate) : 'success',
    inputFactor: (isSpike ? costSpike.inputFactor : 1) * (isSlow ? 1.6 : 1),
    incidents,
  }
}

function commonOf(
  random: Random,
  request: Request,
  who: { segment: string; user: string; session: string },
): Attributes {
  const { organisation, department, agent } = request
  return {
    [ATTR.orgId]: organisation.orgId,
    [ATTR.dealId]: request.dealId,
    [ATTR.userId]: who.user,
    [ATTR.sessionId]: who.session,
    [ATTR.feature]: request.feature,
    [ATTR.department]: department.name,
    [ATTR.agentId]: agent.id,
    [ATTR.agentVersion]: request.version,
    [ATTR.environment]: agent.environment,
    [ATTR.intent]: draw(random, department.intents as readonly Share[]).name,
    [ATTR.segment]: who.segment,
  }
}

const stackOf = (feature: string, error: { type: string; message: string }): string =>
  `Error: ${error.message}\n    at ${feature} (/app/src/features/${feature}.ts:48:11)\n    at handle (/app/src/http/route.ts:22:5)`

function metadataJson(
  stages: Readonly<Record<string, number>>,
  error: { type: string; message: string } | undefined,
): string {
  const stage_ms = Object.fromEntries(Object.entries(stages).map(([name, us]) => [name, Math.round(us) / 1000]))
  return JSON.stringify({ ...(Object.keys(stage_ms).length > 0 && { stage_ms }), ...(error && { error }) })
}

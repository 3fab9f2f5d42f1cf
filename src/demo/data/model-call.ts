// One model call of the demo data with its attempts. In: which model, how much text, how long, what fate. Out: CLIENT
// spans as our instrumentation writes them; returns when the last attempt ended.
import { ATTR } from '../../../instrumentation/semconv.ts'
import type { Random } from '../../shared/random.ts'
import { CACHED_CALLS, type DemoModel, INPUT_TOKENS, MODELS, OUTPUT_TOKENS, RETRIED_CALLS } from './distributions.ts'
import { type Incidents, within } from './incidents.ts'
import type { Attributes, PlannedSpan } from './planned-trace.ts'
import type { TraceBuilder } from './trace-builder.ts'

export type CallFate = 'success' | 'timeout' | 'rate_limited' | 'provider' | 'content_filter'

export interface CallPlan {
  parent: number
  model: DemoModel
  startUs: number
  durationUs: number
  fate: CallFate
  inputFactor: number
  incidents: Incidents
}

/** A client gives up after this long. */
const TIMEOUT_US = 20_000_000
const REFUSAL_US = 180_000
const FALLBACK = MODELS[0] as DemoModel

const ERRORS = {
  timeout: { type: 'timeout', message: 'Request timed out.' },
  rate_limited: { type: 'rate_limited', message: '429 Rate limit reached for requests' },
  provider: { type: '503', message: '503 The model is overloaded. Please try again later.' },
} as const satisfies Record<string, NonNullable<PlannedSpan['error']>>

const identity = (model: DemoModel, operation: string): Attributes => ({
  [ATTR.operationName]: operation,
  [ATTR.providerName]: model.provider,
  [ATTR.requestModel]: model.name,
  [ATTR.serverAddress]: model.host,
})

const count = (random: Random, { median, sigma }: { median: number; sigma: number }): number =>
  Math.max(1, Math.round(random.logNormal(median, sigma)))

/** @returns when the call ended, and the error that was left over when no attempt succeeded. */
export function addModelCall(
  trace: TraceBuilder,
  random: Random,
  plan: CallPlan,
): { endUs: number; error?: PlannedSpan['error'] } {
  const { model, incidents } = plan
  const outage =
    model.provider === incidents.providerOutage.provider &&
    within(incidents.providerOutage, plan.startUs / 1000) &&
    random.next() < incidents.providerOutage.failureShare
  if (outage) {
    const failed = addAttempts(trace, random, plan, ['provider', 'provider'])
    const again = { ...plan, model: FALLBACK, startUs: failed + 400_000 }
    return addSuccess(trace, random, again, 3, 'model')
  }
  if (plan.fate === 'timeout') return { endUs: addAttempts(trace, random, plan, ['timeout']), error: ERRORS.timeout }
  if (plan.fate === 'rate_limited') {
    return {
      endUs: addAttempts(trace, random, plan, ['rate_limited', 'rate_limited', 'rate_limited']),
      error: ERRORS.rate_limited,
    }
  }
  if (plan.fate === 'provider')
    return { endUs: addAttempts(trace, random, plan, ['provider', 'provider']), error: ERRORS.provider }
  if (plan.fate === 'success' && random.next() < RETRIED_CALLS) {
    const failed = addAttempts(trace, random, plan, [random.next() < 0.6 ? 'rate_limited' : 'provider'])
    return addSuccess(trace, random, { ...plan, startUs: failed + 300_000 }, 2)
  }
  return addSuccess(trace, random, plan, 1)
}

/** Failed attempts, one after another; nothing is charged for them. */
function addAttempts(
  trace: TraceBuilder,
  random: Random,
  plan: CallPlan,
  kinds: readonly (keyof typeof ERRORS)[],
): number {
  let startUs = plan.startUs
  for (const [index, kind] of kinds.entries()) {
    const durationUs = kind === 'timeout' ? TIMEOUT_US : REFUSAL_US * (0.5 + random.next())
    const error = ERRORS[kind]
    trace.add({
      parent: plan.parent,
      name: `chat ${plan.model.name}`,
      kind: 3,
      startUs,
      durationUs,
      error,
      attributes: {
        ...identity(plan.model, 'chat'),
        [ATTR.requestStream]: true,
        [ATTR.errorType]: error.type,
        [ATTR.attempt]: index + 1,
      },
    })
    startUs += durationUs + 250_000 * 2 ** index
  }
  return startUs
}

function addSuccess(
  trace: TraceBuilder,
  random: Random,
  plan: CallPlan,
  attempt: number,
  fallback?: string,
): { endUs: number; error?: PlannedSpan['error'] } {
  const { model, durationUs } = plan
  const input = Math.round(count(random, INPUT_TOKENS) * plan.inputFactor)
  const output = count(random, OUTPUT_TOKENS)
  const cached = random.next() < CACHED_CALLS ? Math.floor(input * (0.4 + 0.5 * random.next())) : 0
  const reasoning = model.reasons ? Math.floor(output * (0.3 + 0.4 * random.next())) : 0
  const filtered = plan.fate === 'content_filter'
  const attributes: Attributes = {
    ...identity(model, 'chat'),
    [ATTR.requestStream]: true,
    [ATTR.responseModel]: model.name,
    [ATTR.responseId]: `resp-${random.uint32().toString(36)}${random.uint32().toString(36)}`,
    [ATTR.finishReasons]: [filtered ? 'content_filter' : output > 1_200 ? 'length' : 'stop'],
    [ATTR.timeToFirstChunk]: Math.round(durationUs * (0.2 + 0.15 * random.next())) / 1e6,
    [ATTR.inputTokens]: input,
    [ATTR.outputTokens]: filtered ? Math.min(output, 40) : output,
  }
  if (cached > 0) attributes[ATTR.cacheReadTokens] = cached
  if (reasoning > 0 && !filtered) attributes[ATTR.reasoningTokens] = reasoning
  if (attempt > 1) attributes[ATTR.attempt] = attempt
  if (fallback) attributes[ATTR.fallback] = fallback
  trace.add({ parent: plan.parent, name: `chat ${model.name}`, kind: 3, startUs: plan.startUs, durationUs, attributes })
  const error = filtered
    ? { type: 'content_filter', message: 'The answer was withheld by the provider’s content filter.' }
    : undefined
  return { endUs: plan.startUs + durationUs, error }
}

/** Embedding and rerank calls: input tokens only. */
export function addSideCall(
  trace: TraceBuilder,
  call: {
    parent: number
    model: { name: string; provider: string; host: string }
    operation: string
    startUs: number
    durationUs: number
    inputTokens: number
  },
): void {
  const { model, operation } = call
  trace.add({
    parent: call.parent,
    name: `${operation} ${model.name}`,
    kind: 3,
    startUs: call.startUs,
    durationUs: call.durationUs,
    attributes: {
      [ATTR.operationName]: operation,
      [ATTR.providerName]: model.provider,
      [ATTR.requestModel]: model.name,
      [ATTR.responseModel]: model.name,
      [ATTR.serverAddress]: model.host,
      [ATTR.inputTokens]: Math.max(1, call.inputTokens),
      [ATTR.outputTokens]: 0,
    },
  })
}

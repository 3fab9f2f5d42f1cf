// What people and checks said about the demo's answers: evaluations, feedback, guardrails, as log-based events. In: a
// planned trace and its agent. Out: log records on the feature's span.
import { ATTR, EVENT } from '../../../instrumentation/semconv.ts'
import type { Random } from '../../shared/random.ts'
import { EVALUATED, GUARDED, RATED } from './distributions.ts'
import type { Agent } from './fleet.ts'
import type { Attributes } from './planned-trace.ts'
import type { TraceBuilder } from './trace-builder.ts'

const RUBRICS = ['faithfulness', 'relevance', 'helpfulness'] as const
/** Standard deviation of a score around its agent's quality. */
const SPREAD = 0.08
const PASS = 0.7
const GUARDRAILS = [
  { name: 'pii', verdict: 'flag', action: 'redacted' },
  { name: 'prompt_injection', verdict: 'block', action: 'blocked' },
  { name: 'toxicity', verdict: 'flag', action: 'none' },
] as const

const rounded = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 1_000) / 1_000

export function addJudgements(trace: TraceBuilder, random: Random, feature: number, agent: Agent): void {
  const span = trace.span(feature)
  const add = (eventName: string, timeUs: number, attributes: Attributes) =>
    trace.logs.push({
      eventName,
      span: feature,
      timeUs: Math.round(timeUs),
      severity: 'INFO',
      body: eventName,
      attributes,
    })
  if (random.next() < EVALUATED) {
    const score = rounded(agent.quality + SPREAD * random.normal())
    add(EVENT.evaluation, span.endUs, {
      [ATTR.evaluationName]: random.pick(RUBRICS),
      [ATTR.evaluationScore]: score,
      [ATTR.evaluationLabel]: score >= PASS ? 'pass' : 'fail',
      [ATTR.evaluator]: 'gemini-2.5-pro',
    })
  }
  if (random.next() < RATED) {
    const rating = random.next() < agent.quality ? 1 : -1
    add(EVENT.feedback, span.endUs + 20_000_000 * random.next(), {
      [ATTR.feedbackRating]: rating,
      [ATTR.feedbackKind]: 'thumbs',
    })
  }
  if (random.next() < GUARDED) {
    const { name, verdict, action } = random.pick(GUARDRAILS)
    add(EVENT.guardrail, span.startUs + 1_000, {
      [ATTR.guardrailName]: name,
      [ATTR.guardrailVerdict]: verdict,
      [ATTR.guardrailAction]: action,
      [ATTR.guardrailTarget]: 'input',
    })
  }
}

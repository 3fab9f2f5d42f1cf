// Judgements: what people and checks say about an answer. In: a score, a verdict, a rating, an outcome, now or later,
// here or from another process. Out: one log-based event on the judged trace (what the ledger counts), and a mark in
// the trace itself: an event on the active span, else a span of no length below the judged one.
import {
  type Attributes,
  context,
  isSpanContextValid,
  logs,
  SeverityNumber,
  type Span,
  SpanKind,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { guard, reportProblem } from '../problems.ts'
import { ATTR, EVENT } from '../semconv.ts'
import { VERSION } from '../version.ts'

/** Which span is judged, by `run.span.spanContext()` or that of any span; leave out for the active one. */
export interface Judged {
  traceId: string
  spanId: string
}

export interface Evaluation {
  /** The rubric: `faithfulness`, `relevance`, … */
  name: string
  score?: number | undefined
  /** `pass`, `fail`, or the rubric's own words. */
  label?: string | undefined
  /** Recorded only where content is switched on. */
  explanation?: string | undefined
  /** Who judged: a model, a person's role, a check. */
  evaluator?: string | undefined
}

export interface Guardrail {
  /** `pii`, `toxicity`, `prompt_injection`, … */
  name: string
  verdict: 'pass' | 'flag' | 'block'
  /** What was done about it: `none`, `redacted`, `blocked`, `replaced`. */
  action: string
  score?: number | undefined
  /** Whether the question or the answer was checked. */
  target?: 'input' | 'output' | undefined
}

export interface Feedback {
  /** From -1 (bad) to 1 (good). */
  rating: number
  /** `thumbs`, `stars`, `correction`, … */
  kind?: string | undefined
  /** Recorded only where content is switched on. */
  comment?: string | undefined
}

export interface Outcome {
  /** `deal_closed`, `ticket_solved`, … */
  name: string
  value?: number | undefined
  unit?: string | undefined
}

export const recordEvaluation = (evaluation: Evaluation, judged?: Judged): void =>
  record(
    EVENT.evaluation,
    {
      [ATTR.evaluationName]: evaluation.name,
      [ATTR.evaluationScore]: evaluation.score,
      [ATTR.evaluationLabel]: evaluation.label,
      [ATTR.evaluationExplanation]: evaluation.explanation,
      [ATTR.evaluator]: evaluation.evaluator,
    },
    judged,
  )

export const recordGuardrail = (guardrail: Guardrail, judged?: Judged): void =>
  record(
    EVENT.guardrail,
    {
      [ATTR.guardrailName]: guardrail.name,
      [ATTR.guardrailVerdict]: guardrail.verdict,
      [ATTR.guardrailAction]: guardrail.action,
      [ATTR.guardrailScore]: guardrail.score,
      [ATTR.guardrailTarget]: guardrail.target,
    },
    judged,
  )

export const recordFeedback = (feedback: Feedback, judged?: Judged): void =>
  record(
    EVENT.feedback,
    {
      [ATTR.feedbackRating]: feedback.rating,
      [ATTR.feedbackKind]: feedback.kind,
      [ATTR.feedbackComment]: feedback.comment,
    },
    judged,
  )

export const recordOutcome = (outcome: Outcome, judged?: Judged): void =>
  record(
    EVENT.outcome,
    { [ATTR.outcomeName]: outcome.name, [ATTR.outcomeValue]: outcome.value, [ATTR.outcomeUnit]: outcome.unit },
    judged,
  )

function record(eventName: string, given: Attributes, judged: Judged | undefined): void {
  guard('judgement', () => {
    const attributes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    const active = trace.getActiveSpan()
    const span = judged && { ...judged, traceFlags: TraceFlags.SAMPLED, isRemote: true }
    if (span && !isSpanContextValid(span)) {
      reportProblem('judgement', `${eventName} refused: judged needs the traceId and the spanId of span.spanContext()`)
      return
    }
    const ctx = span ? trace.setSpanContext(context.active(), span) : context.active()
    logs.getLogger('spanledger', VERSION).emit({
      eventName,
      severityNumber: SeverityNumber.INFO,
      severityText: 'INFO',
      body: eventName,
      attributes,
      context: ctx,
    })
    if (active?.isRecording() && isSame(active, judged)) active.addEvent(eventName, attributes)
    else if (judged)
      trace.getTracer('spanledger', VERSION).startSpan(eventName, { kind: SpanKind.INTERNAL, attributes }, ctx).end()
  })
}

const isSame = (span: Span, judged: Judged | undefined) =>
  judged === undefined || span.spanContext().spanId === judged.spanId

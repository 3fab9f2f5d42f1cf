// The attributes asked of every span. In: attribute keys. Out: a place for each promoted one and a bit for each telling
// one, so that a decoder can note them in passing and most spans never become objects.
import { ATTR } from '../../instrumentation/semconv.ts'
import type { Attributes, AttributeValue, Span } from './span.ts'

/** Kept in columns of their own. The first COLUMN_KEYS hold exactly what the attribute says and are not in the bag. */
export const PROMOTED_KEYS = [
  ...[ATTR.orgId, ATTR.dealId, ATTR.userId, ATTR.sessionId, ATTR.feature, ATTR.department, ATTR.agentId],
  ...[ATTR.environment, ATTR.intent, ATTR.segment, ATTR.agentVersion, ATTR.serviceVersion, ATTR.serviceName],
] as const
export const COLUMN_KEYS = 10

/** Values of PROMOTED_KEYS, in their order. */
export type Promoted = readonly (AttributeValue | undefined)[]

export const promotedOf = (attributes: Attributes): Promoted => PROMOTED_KEYS.map((key) => attributes[key])

/** What a record says itself, else what its resource says. An empty text says nothing. */
export const ownOrShared = (
  own: AttributeValue | undefined,
  shared: AttributeValue | undefined,
): AttributeValue | undefined => (own === undefined || own === null || own === '' ? shared : own)

/** A span with none of these names neither speaks of a model nor is a step that gets a row of its own. */
export const MODEL_KEYS = [
  ...['gen_ai.operation.name', 'gen_ai.request.model', 'openinference.span.kind', 'ai.operationId'],
  ...['gen_ai.usage.input_tokens', 'gen_ai.system', 'llm.request.type', 'gen_ai.usage.prompt_tokens'],
  ...['gen_ai.provider.name', 'gen_ai.response.model', 'langsmith.span.kind'],
] as const
/** Attribute names of HTTP before semantic conventions 1.23, which many senders still use. */
export const OLD_HTTP = {
  method: 'http.method',
  statusCode: 'http.status_code',
  requestBytes: 'http.request_content_length',
  responseBytes: 'http.response_content_length',
} as const
const STEP_KEYS = [ATTR.featureStatus, ATTR.httpMethod, OLD_HTTP.method, ATTR.ragStep, ATTR.cacheHit] as const

const BITS = new Map<string, number>([
  ...MODEL_KEYS.map((key): [string, number] => [key, 1]),
  ...STEP_KEYS.map((key, index): [string, number] => [key, 2 << index]),
])
const PLACES = new Map<string, number>(PROMOTED_KEYS.map((key, place) => [key, place]))

/** 1 for a key of models, a bit of its own for each key of a step, else 0. */
export const bitOf = (key: string): number => BITS.get(key) ?? 0

/** Place in PROMOTED_KEYS, or -1. */
export const placeOf = (key: string): number => PLACES.get(key) ?? -1

type StepKey = (typeof STEP_KEYS)[number]

/** False when the span is known not to carry the key; true otherwise. Cheap: the attributes are not read. */
export const mayHave = ({ asked }: Span, key: StepKey): boolean =>
  asked === undefined || (asked & (BITS.get(key) as number)) !== 0

/** False when the span is known to carry none of the keys of steps. */
export const mayBeStep = ({ asked }: Span): boolean => asked === undefined || asked > 1

/** Does the span carry any of MODEL_KEYS? */
export function namesModel(span: Span): boolean {
  if (span.asked !== undefined) return (span.asked & 1) !== 0
  const { attributes } = span
  return MODEL_KEYS.some((key) => attributes[key] !== undefined)
}

// openlit: OTel names. Anthropic's figures are copied from the wire; figures of streams without any are its own
// tokeniser's; a failed call is a span with hardly an attribute.
import { ATTR } from '../../../../instrumentation/semconv.ts'
import { type Dialect, levelOfScope } from '../dialect.ts'
import { OTEL_FIELDS } from './otel-genai.ts'

const FAILED_NAME = /^(chat|embeddings) (\S+)$/

export const openLit: Dialect = {
  name: 'openlit',
  level: (span) => levelOfScope(span.scopeName),
  owns: (span) => span.scopeName.startsWith('openlit'),
  fields: OTEL_FIELDS,
  operation: (span) => {
    if (span.attributes[ATTR.operationName] !== undefined || span.statusCode !== 2) return undefined
    const operation = FAILED_NAME.exec(span.name)?.[1]
    return operation === undefined ? undefined : { operation, role: 'call' }
  },
  model: (span) => (span.statusCode === 2 ? (FAILED_NAME.exec(span.name)?.[2] ?? '') : ''),
  convention: (_, { provider }) => (provider === 'anthropic' || provider === 'aws.bedrock' ? 'exclusive' : 'inclusive'),
  invented: ({ attributes }) =>
    (attributes[ATTR.requestStream] === true || attributes['gen_ai.request.is_stream'] === true) &&
    attributes[ATTR.providerName] !== 'anthropic' &&
    attributes['gen_ai.system'] !== 'anthropic' &&
    attributes[ATTR.cacheReadTokens] === undefined &&
    attributes[ATTR.cacheCreationTokens] === undefined,
  brokeOff: ({ attributes }, finishReason) => finishReason === '' && attributes[ATTR.requestStream] === true,
}

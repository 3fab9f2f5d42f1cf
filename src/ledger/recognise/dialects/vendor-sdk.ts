// Spans a vendor emits by itself, without any instrumentation: its SDK's (Anthropic for Python and TypeScript so far) and
// its API's, sent from the far end of the request. They are nearest to the wire: one for each call, with its own figures.
import { ATTR } from '../../../../instrumentation/semconv.ts'
import { type Dialect, isScope, levelOfScope } from '../dialect.ts'
import { OTEL_FIELDS } from './otel-genai.ts'

export const vendorSdk: Dialect = {
  name: 'vendor-sdk',
  level: 'sdk',
  owns: (span) => span.scopeName.startsWith('com.') && levelOfScope(span.scopeName) === 'sdk',
  fields: { ...OTEL_FIELDS, finish: [...OTEL_FIELDS.finish, 'anthropic.message.stop_reason'] },
  convention: () => 'inclusive',
  brokeOff: ({ attributes }, finishReason) => finishReason === '' && attributes[ATTR.requestStream] === true,
}

const API_SCOPE = 'com.anthropic.claude-platform'

/** The API's spans lie beneath the SDK's, or alone in a trace of their own. What ran a model, once or several times, is a call. */
export const vendorApi: Dialect = {
  ...vendorSdk,
  name: 'vendor-api',
  level: 'server',
  owns: (span) => isScope(span, API_SCOPE),
  answers: true,
}

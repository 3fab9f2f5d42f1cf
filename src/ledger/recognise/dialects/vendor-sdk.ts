// Spans a vendor's SDK emits by itself, without any instrumentation (Anthropic for Python and TypeScript so far). They
// are nearest to the wire: one for each call, with the response's own figures.
import { ATTR } from '../../../../instrumentation/semconv.ts'
import { type Dialect, levelOfScope } from '../dialect.ts'
import { OTEL_FIELDS } from './otel-genai.ts'

export const vendorSdk: Dialect = {
  name: 'vendor-sdk',
  level: 'sdk',
  owns: (span) => span.scopeName.startsWith('com.') && levelOfScope(span.scopeName) === 'sdk',
  fields: { ...OTEL_FIELDS, finish: [...OTEL_FIELDS.finish, 'anthropic.message.stop_reason'] },
  convention: () => 'inclusive',
  brokeOff: ({ attributes }, finishReason) => finishReason === '' && attributes[ATTR.requestStream] === true,
}

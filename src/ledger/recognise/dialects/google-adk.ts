// Google's Agent Development Kit. A call is a `call_llm` span, from 1.2x on with a `generate_content` beneath it, from 2
// on that one alone. Before 2.3 the output figure leaves Gemini's thoughts out and only the recorded answer, or an
// experimental attribute, tells how many there were.
import { ATTR } from '../../../../instrumentation/semconv.ts'
import type { Span } from '../../span.ts'
import { readCount } from '../attribute.ts'
import { type Dialect, isScope } from '../dialect.ts'
import type { ReportedUsage } from '../usage.ts'
import { readAnswers } from '../written-usage.ts'
import { endedWithoutTrace, OTEL_FIELDS } from './otel-genai.ts'

const SCOPE = 'gcp.vertex.agent'
const ANSWER = 'gcp.vertex.agent.llm_response'
const THOUGHTS = ['gen_ai.usage.experimental.reasoning_tokens']

export const googleAdk: Dialect = {
  name: 'google-adk',
  level: 'framework',
  owns: (span) => isScope(span, SCOPE),
  fields: {
    ...OTEL_FIELDS,
    inputText: [...OTEL_FIELDS.inputText, 'gcp.vertex.agent.llm_request'],
    outputText: [...OTEL_FIELDS.outputText, ANSWER],
  },
  operation: ({ name, attributes }) =>
    name === 'call_llm' && attributes[ATTR.operationName] === undefined
      ? { operation: 'generate_content', role: 'call' }
      : undefined,
  reported,
  convention: () => 'inclusive',
  brokeOff: (span, finishReason) => losesThoughts(span) || endedWithoutTrace(span, finishReason),
}

function reported({ attributes }: Span): Partial<ReportedUsage> | undefined {
  const usage = readAnswers(attributes[ANSWER])[0]?.usage
  if (usage?.input !== undefined) return usage
  const thoughts = readCount(attributes, THOUGHTS)
  const output = readCount(attributes, OTEL_FIELDS.output)
  return thoughts === undefined ? undefined : { output: (output ?? 0) + thoughts, reasoning: thoughts }
}

/** What such a span says of output is too little when the model thought, and it cannot say so. */
function losesThoughts(span: Span): boolean {
  const { attributes, scopeVersion } = span
  if (
    readCount(attributes, OTEL_FIELDS.output) === undefined ||
    !String(attributes[ATTR.requestModel]).includes('gemini')
  ) {
    return false
  }
  if (attributes[ATTR.reasoningTokens] !== undefined || reported(span) !== undefined) return false
  const [major = 0, minor = 0] = scopeVersion.split('.').map(Number)
  return major < 2 || (major === 2 && minor < 3)
}

// Agent frameworks that speak OTel names about themselves: Pydantic AI (and Logfire), Strands, Microsoft Agent
// Framework. They report their model calls and, on the agent's span, the sum.
import { ATTR } from '../../../../instrumentation/semconv.ts'
import type { Span } from '../../span.ts'
import { toCount } from '../attribute.ts'
import { type Dialect, isScope } from '../dialect.ts'
import { conventionOfNames, endedWithoutTrace, OTEL_FIELDS, otelGenAi } from './otel-genai.ts'

const SCOPES: Record<string, string> = {
  'pydantic-ai': 'pydantic-ai',
  'logfire.openai': 'logfire',
  'logfire.anthropic': 'logfire',
  'strands-agents': 'strands',
  'strands.telemetry.tracer': 'strands',
  agent_framework: 'agent-framework',
}

const framework = (name: string, scopes: string[], rest: Partial<Dialect> = {}): Dialect => ({
  ...otelGenAi,
  name,
  level: 'framework',
  owns: (span) => scopes.some((scope) => isScope(span, scope)),
  fields: OTEL_FIELDS,
  brokeOff: endedWithoutTrace,
  ...rest,
})

const scopesOf = (name: string): string[] => Object.keys(SCOPES).filter((scope) => SCOPES[scope] === name)

const DETAIL = 'gen_ai.usage.details.'

/** When its price table does not know a response, only the wire's own figures are left, under names of their own. */
const hasWireOnly = ({ attributes }: Span): boolean =>
  attributes[ATTR.inputTokens] === undefined && attributes[`${DETAIL}input_tokens`] !== undefined

export const pydanticAi = framework('pydantic-ai', scopesOf('pydantic-ai'), {
  fields: {
    ...OTEL_FIELDS,
    reasoning: [...OTEL_FIELDS.reasoning, `${DETAIL}reasoning_tokens`, `${DETAIL}thoughts_tokens`],
  },
  convention: (span, { provider }) => (hasWireOnly(span) && provider === 'anthropic' ? 'exclusive' : 'inclusive'),
  reported: (span) => {
    if (!hasWireOnly(span)) return undefined
    const count = (name: string) => toCount(span.attributes[DETAIL + name])
    return {
      input: count('input_tokens'),
      output: count('output_tokens'),
      cacheRead: count('cache_read_input_tokens') ?? 0,
      cacheWrite: count('cache_creation_input_tokens') ?? 0,
    }
  },
})
/** A stream is two spans: the request, which knows nothing yet, and an instant note when it has been read. */
export const logfire = framework('logfire', scopesOf('logfire'), { level: 'client', brokeOff: () => false })
/**
 * Earlier versions copied Anthropic's figures under Anthropic's names only, and its own Anthropic client never filled the
 * cached ones: zeros there are unknown, not none. The standard names came with the sum.
 */
export const strands = framework('strands', scopesOf('strands'), {
  convention: conventionOfNames,
  brokeOff: (span, finishReason) => {
    const { attributes } = span
    const isOwnClient = String(attributes[ATTR.requestModel]).startsWith('claude')
    const cached = toCount(attributes['gen_ai.usage.cache_read_input_tokens']) ?? 0
    const isBlind = isOwnClient && attributes[ATTR.cacheReadTokens] === undefined && cached === 0
    return isBlind || endedWithoutTrace(span, finishReason)
  },
})
export const agentFramework = framework('agent-framework', scopesOf('agent-framework'), {
  convention: () => 'inclusive',
})

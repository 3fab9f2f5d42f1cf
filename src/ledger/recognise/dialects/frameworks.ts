// Agent frameworks that speak OTel names about themselves: Pydantic AI (and Logfire), Strands, Microsoft Agent
// Framework. They report their model calls and, on the agent's span, the sum.
import type { Dialect } from '../dialect.ts'
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
  owns: (span) => scopes.includes(span.scopeName),
  fields: OTEL_FIELDS,
  brokeOff: endedWithoutTrace,
  ...rest,
})

const scopesOf = (name: string): string[] => Object.keys(SCOPES).filter((scope) => SCOPES[scope] === name)

export const pydanticAi = framework('pydantic-ai', scopesOf('pydantic-ai'), { convention: () => 'inclusive' })
/** A stream is two spans: the request, which knows nothing yet, and an instant note when it has been read. */
export const logfire = framework('logfire', scopesOf('logfire'), { level: 'client', brokeOff: () => false })
/** Earlier versions copied Anthropic's figures, under Anthropic's names only; the standard names came with the sum. */
export const strands = framework('strands', scopesOf('strands'), { convention: conventionOfNames })
export const agentFramework = framework('agent-framework', scopesOf('agent-framework'), {
  convention: () => 'inclusive',
})

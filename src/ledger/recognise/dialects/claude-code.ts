// Claude Code and the Claude Agent SDK: an `interaction`, in it one `llm_request` per request to the API and one `tool` per
// tool. Provider and model under OTel names, the figures as they are on the wire, under bare names.
import { type Dialect, isScope } from '../dialect.ts'
import { conventionOfNames, OTEL_FIELDS } from './otel-genai.ts'

const SCOPES = ['com.anthropic.claude_code.tracing', 'com.anthropic.claude_code.traces']

export const claudeCode: Dialect = {
  name: 'claude-code',
  level: 'framework',
  owns: (span) => SCOPES.some((scope) => isScope(span, scope)),
  fields: {
    ...OTEL_FIELDS,
    requestModel: [...OTEL_FIELDS.requestModel, 'model'],
    input: ['input_tokens', ...OTEL_FIELDS.input],
    output: ['output_tokens', ...OTEL_FIELDS.output],
    cacheRead: ['cache_read_tokens', ...OTEL_FIELDS.cacheRead],
    cacheWrite: ['cache_creation_tokens', ...OTEL_FIELDS.cacheWrite],
    finish: [...OTEL_FIELDS.finish, 'stop_reason'],
    ttftMilliseconds: ['ttft_ms'],
  },
  operation: ({ name, attributes }) =>
    name === 'claude_code.llm_request' || attributes['span.type'] === 'llm_request'
      ? { operation: 'chat', role: 'call' }
      : { operation: '', role: 'other' },
  provider: () => 'anthropic',
  convention: (span, identity) =>
    span.attributes.input_tokens === undefined ? conventionOfNames(span, identity) : 'exclusive',
  // Its spans' status is never set.
  failure: ({ attributes }) => (attributes.success === false ? String(attributes.status_code ?? 'error') : ''),
  brokeOff: ({ attributes }) => attributes.success === undefined,
}

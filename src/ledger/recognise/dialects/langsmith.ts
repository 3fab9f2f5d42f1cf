// LangSmith's export to OTLP. Its names of operations hide what ran (a prompt is a `chat`, a retriever `embeddings`), its
// own word for the run tells; the parts of the figures are JSON. LangChain's normal form: input includes cached tokens.
import type { Attributes, Span } from '../../span.ts'
import type { Dialect } from '../dialect.ts'
import type { OperationRule } from '../operation.ts'
import type { ReportedUsage } from '../usage.ts'
import { readWritten } from '../written-usage.ts'
import { OTEL_FIELDS } from './otel-genai.ts'

const RUN = 'langsmith.span.kind'

const RUNS: Record<string, OperationRule> = {
  llm: { operation: 'chat', role: 'call' },
  embedding: { operation: 'embeddings', role: 'call' },
  chain: { operation: 'chain', role: 'aggregate' },
}

export const langSmith: Dialect = {
  name: 'langsmith',
  level: 'framework',
  owns: ({ attributes }) => attributes[RUN] !== undefined,
  fields: { ...OTEL_FIELDS, stream: [...OTEL_FIELDS.stream, 'langsmith.request.streaming'] },
  operation: ({ attributes }: Span) => RUNS[String(attributes[RUN])] ?? { operation: '', role: 'other' },
  reported: ({ attributes }) => partsOf(attributes),
  convention: () => 'inclusive',
}

function partsOf(attributes: Attributes): Partial<ReportedUsage> {
  const read = (name: string): ReportedUsage => readWritten(String(attributes[name] ?? ''))
  const { cacheRead, cacheWrite } = read('gen_ai.usage.input_token_details')
  return { cacheRead, cacheWrite, reasoning: read('gen_ai.usage.output_token_details').reasoning }
}

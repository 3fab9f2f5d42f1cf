// Our own instrumentation (../../../../instrumentation/): OTel names of v1.41.1, and flags of its own for what is
// estimated or partial, so nothing is inferred here.
import type { Dialect } from '../dialect.ts'
import { OTEL_FIELDS } from './otel-genai.ts'

export const spanledger: Dialect = {
  name: 'spanledger',
  level: 'client',
  owns: (span) => span.scopeName === 'spanledger',
  fields: OTEL_FIELDS,
  convention: () => 'inclusive',
}

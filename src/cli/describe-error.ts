// What went wrong, in words for whoever typed the command. In: anything thrown. Out: the reason, and what to do where
// Postgres' own words do not say it. Branches on codes, never on message text.

const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'])

/** SQLSTATE → what to do. */
const HINTS: Record<string, string> = {
  '28000': 'SPANLEDGER_DATABASE_URL says who signs in',
  '28P01': 'SPANLEDGER_DATABASE_URL says who signs in',
  '3D000': 'SPANLEDGER_DATABASE_URL names the database',
  '42501': 'this takes the URL of a superuser or of the owner in SPANLEDGER_DATABASE_URL',
  '42P01': 'where the schema is missing or older: spanledger migrate up',
}

export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // A host name with several addresses fails once for each, and the whole has no words of its own.
  const parts = error instanceof AggregateError ? error.errors : [error]
  const reason = parts.map((part) => (part instanceof Error ? part.message : String(part))).join(', ')
  const hint = hintOf(error)
  return hint ? `${reason}: ${hint}` : reason
}

function hintOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown }
  if (typeof code !== 'string') return error.cause instanceof Error ? hintOf(error.cause) : undefined
  if (NETWORK.has(code)) return 'is Postgres up? SPANLEDGER_DATABASE_URL says where it is'
  return HINTS[code]
}

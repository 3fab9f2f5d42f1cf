// Nothing is booked into a schema that is not this code's, also where Postgres came up after the ledger.
// In: the check and what books groups. Out: the same, which answers `unavailable` until the schema is current.
import type { Logger } from '../../shared/logger.ts'
import type { SchemaState } from '../../shared/pg-schema.ts'
import type { LedgerMetrics } from '../metrics.ts'
import type { Batch, BookOutcome } from './booker.ts'

type BookGroup = (group: Batch[]) => Promise<BookOutcome[]>

const RETRY_AFTER_SECONDS = { other: 5, unknown: 1 }

export function createSchemaGate(
  schemaState: () => Promise<SchemaState>,
  bookGroup: BookGroup,
  on: { metrics: LedgerMetrics; logger: Logger },
): BookGroup {
  return async (group) => {
    const state = await schemaState()
    if (state.kind === 'current') return bookGroup(group)
    on.metrics.writeErrors.inc({ code: state.kind === 'other' ? 'schema' : 'connection' })
    on.logger.warn({ reason: state.message }, 'a group was not booked')
    const message =
      state.kind === 'other' ? 'the ledger and its database are of different releases' : 'Postgres does not answer'
    return group.map(() => ({ kind: 'unavailable', message, retryAfterSeconds: RETRY_AFTER_SECONDS[state.kind] }))
  }
}

// What the receiver needs of the write path: hand over a request's records, hear once they are committed.
import type { Counts, RejectReason } from '../decode/decoded.ts'
import type { LogRecord } from '../log-record.ts'
import type { Span } from '../span.ts'

/** The records of one request, each with its organisation. */
export interface Batch {
  spans: Span[]
  logs: LogRecord[]
}

export type BookOutcome =
  /** COMMIT succeeded; `rejected` are records that can never be booked. */
  | { kind: 'committed'; rejected: Counts<RejectReason> }
  /** Nothing is known to be booked; the same request may come again. */
  | { kind: 'unavailable'; message: string; retryAfterSeconds: number }

export interface Booker {
  /** False while so much waits that a request more would be refused: asked before its body is read. */
  hasRoom(): boolean
  book(batch: Batch): Promise<BookOutcome>
}

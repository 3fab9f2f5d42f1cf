// What decoding a request gives: the records that can be booked, and counts of what was refused or repaired.

/** Why a single record can never be booked. Bounded: these are metric labels. */
export const REJECT_REASONS = [
  'invalid_trace_id',
  'invalid_span_id',
  'timestamp_out_of_range',
  'foreign_organisation',
  'unbookable',
] as const
export type RejectReason = (typeof REJECT_REASONS)[number]

/** What was repaired in a record that was kept. Bounded: these are metric labels. */
export const CLEAN_REASONS = [
  'nul_character',
  'invalid_unicode',
  'not_a_number',
  'integer_out_of_range',
  'too_deep',
  'too_many_values',
  'invalid_parent_id',
  'invalid_log_context',
  'missing_log_time',
  'invalid_organisation',
  'negative_duration',
] as const
export type CleanReason = (typeof CLEAN_REASONS)[number]

export type Counts<Reason extends string> = Partial<Record<Reason, number>>

export function count<Reason extends string>(counts: Counts<Reason>, reason: Reason, by = 1): void {
  counts[reason] = (counts[reason] ?? 0) + by
}

export interface Decoded<Item> {
  items: Item[]
  rejected: Counts<RejectReason>
  cleaned: Counts<CleanReason>
}

export interface DecodeLimits {
  /** Values nested deeper than this become null. */
  maxDepth: number
  /** Values of one record beyond this number are dropped. */
  maxValuesPerRecord: number
  /** Records of one request; more is answered with 413. */
  maxRecords: number
  /** Estimated memory of what one request is decoded to; more is answered with 413. */
  maxDecodedBytes: number
  /** Resources and scopes, of which a request has one for many records and every row has its own; more is answered with 413. */
  maxRepeatedBytes: number
}

export const DEFAULT_LIMITS: DecodeLimits = {
  maxDepth: 32,
  maxValuesPerRecord: 4096,
  maxRecords: 50_000,
  maxDecodedBytes: 48 * 1024 * 1024,
  maxRepeatedBytes: 256 * 1024 * 1024,
}

/** The body as a whole cannot be read: 400. */
export class MalformedBody extends Error {
  override readonly name = 'MalformedBody'
}

/** The body holds more than one request may carry: 413. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
}

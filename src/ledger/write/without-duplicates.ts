// Which spans of a chunk are new. In: spans and what is booked of their traces. Out: the new ones; repeats are counted,
// and conflicts among them: another content under an id that is booked.
import type { Client } from '../../shared/pg.ts'
import type { Booked } from './book-chunk.ts'
import { CopyEncoder } from './copy-encoder.ts'
import type { PreparedSpan } from './prepared-span.ts'
import type { KnownSpan } from './resolve-trace.ts'
import { appendSpan } from './span-rows.ts'
import { TRACE_SPANS } from './tables.ts'
import { readHashes } from './trace-state.ts'
import { tracesOf } from './traces-of.ts'

/** Drops spans that are booked already or twice in the chunk; the first stays, other content is counted. */
export async function withoutDuplicates(
  client: Client,
  spans: PreparedSpan[],
  known: ReadonlyMap<string, KnownSpan[]>,
  booked: Booked,
): Promise<PreparedSpan[]> {
  const bookedKeys = new Set<string>()
  for (const list of known.values()) for (const { key } of list) bookedKeys.add(key)
  const firsts = new Map<string, PreparedSpan>()
  const furtherFirsts = new Map<string, PreparedSpan>()
  const firstLike = (prepared: PreparedSpan): PreparedSpan | undefined => {
    const first = firsts.get(prepared.span.spanId)
    return first === undefined || isSameSpan(first, prepared) ? first : furtherFirsts.get(prepared.key)
  }
  const fresh: PreparedSpan[] = []
  const repeats: PreparedSpan[] = []
  for (const prepared of spans) {
    const isBooked = bookedKeys.size > 0 && bookedKeys.has(prepared.key)
    if (isBooked || firstLike(prepared)) {
      repeats.push(prepared)
      continue
    }
    fresh.push(prepared)
    // The span's own id is mostly enough to tell spans apart, and shorter.
    if (firsts.has(prepared.span.spanId)) furtherFirsts.set(prepared.key, prepared)
    else firsts.set(prepared.span.spanId, prepared)
  }
  if (repeats.length > 0) {
    booked.duplicateSpans = repeats.length
    const again = repeats.filter(({ key }) => bookedKeys.has(key))
    const hashes = again.length > 0 ? await readHashes(client, tracesOf(again)) : new Map<string, bigint>()
    booked.conflicts = repeats.filter((prepared) => {
      const first = firstLike(prepared)
      const standing = first ? hashOf(first) : hashes.get(prepared.key)
      return standing !== undefined && standing !== hashOf(prepared)
    }).length
  }
  return fresh
}

const isSameSpan = (a: PreparedSpan, b: PreparedSpan): boolean =>
  a.startMicros === b.startMicros && a.span.spanId === b.span.spanId && a.traceKey === b.traceKey

function hashOf(prepared: PreparedSpan): bigint {
  const row = new CopyEncoder(TRACE_SPANS.columns.length, 4096)
  appendSpan(row, prepared)
  return row.lastInt8()
}

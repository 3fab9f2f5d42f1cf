// The replay without end: a few dozen requests that are built once, and given out again and again with fresh trace ids
// and times written into their bytes. In: a seed. Out: OTLP protobuf bodies; no trace occurs twice. Costs the load
// generator a copy of the body, where encoding a request anew would cost it more than the ledger.
import { randomBytes } from 'node:crypto'
import { createReplay, SPANS_PER_REQUEST } from './replay.ts'

const TEMPLATES = 32
const TRACE_ID_TAG = Buffer.from([0x0a, 16])
/** Of span_id, which follows trace_id: its tag and length. */
const SPAN_ID_TAG = [0x12, 8]
/** Of start_time_unix_nano; end_time_unix_nano follows it, both fixed64. */
const START_TAG = 0x39
const END_TAG = 0x41
/** A span's ids, name and kind take less than this. */
const HEAD_BYTES = 140

interface Template {
  body: Buffer
  /** Offsets of ids, and of start times; each end time lies 9 bytes behind its start. */
  traceIds: Int32Array
  starts: Int32Array
}

/** @throws when the spans of a built request are not where the rewriting expects them. */
export function createReplayStream(seed: number): () => Buffer {
  const builtAtMs = Date.now()
  const templates = createReplay(seed, TEMPLATES).map(locate)
  let next = 0
  return () => {
    const { body, traceIds, starts } = templates[next++ % TEMPLATES] as Template
    const fresh = Buffer.from(body)
    const view = new DataView(fresh.buffer, fresh.byteOffset, fresh.length)
    // One mask for the whole request keeps the spans of a trace together.
    const mask = randomBytes(8)
    const [low, high] = [mask.readUInt32LE(0), mask.readUInt32LE(4)]
    for (const at of traceIds) {
      view.setUint32(at, view.getUint32(at, true) ^ low, true)
      view.setUint32(at + 4, view.getUint32(at + 4, true) ^ high, true)
    }
    const laterByNanos = BigInt(Date.now() - builtAtMs) * 1_000_000n
    for (const at of starts) {
      view.setBigUint64(at, view.getBigUint64(at, true) + laterByNanos, true)
      view.setBigUint64(at + 9, view.getBigUint64(at + 9, true) + laterByNanos, true)
    }
    return fresh
  }
}

function locate(body: Buffer): Template {
  const traceIds: number[] = []
  const starts: number[] = []
  for (let at = body.indexOf(TRACE_ID_TAG); at >= 0; at = body.indexOf(TRACE_ID_TAG, at + 1)) {
    if (body[at + 18] !== SPAN_ID_TAG[0] || body[at + 19] !== SPAN_ID_TAG[1]) continue
    const start = startTime(body, at + 28)
    if (start === undefined) continue
    traceIds.push(at + 2)
    starts.push(start)
  }
  if (traceIds.length !== SPANS_PER_REQUEST) throw new Error(`${traceIds.length} spans found in a request`)
  return { body, traceIds: Int32Array.from(traceIds), starts: Int32Array.from(starts) }
}

function startTime(body: Buffer, from: number): number | undefined {
  for (let at = from; at < Math.min(from + HEAD_BYTES, body.length - 18); at++) {
    if (body[at] === START_TAG && body[at + 9] === END_TAG && isRecent(body.readBigUInt64LE(at + 1))) return at + 1
  }
  return undefined
}

const HOUR_NANOS = 3_600_000_000_000n
const isRecent = (nanos: bigint): boolean => {
  const ago = BigInt(Date.now()) * 1_000_000n - nanos
  return ago > -HOUR_NANOS && ago < HOUR_NANOS
}

// Decoding of a request's body. In: bytes and their encoding. Out: records and counts, or why the body as a whole is
// refused. Pure apart from a bounded cache of attribute keys.
import type { LogRecord } from '../log-record.ts'
import type { Span } from '../span.ts'
import { DecodeContext } from './decode-context.ts'
import { DEFAULT_LIMITS, type Decoded, type DecodeLimits, MalformedBody, TooLarge } from './decoded.ts'
import { KeyCache } from './key-cache.ts'
import { readLogsJson } from './logs-json.ts'
import { readLogs } from './logs-protobuf.ts'
import { type Described, repeatedBytes } from './repeated-bytes.ts'
import { readTracesJson } from './traces-json.ts'
import { readTraces } from './traces-protobuf.ts'
import { WireReader } from './wire-reader.ts'

export type Encoding = 'protobuf' | 'json'

export type DecodeOutcome<Item> =
  /** `decodedBytes`: what the items take in memory beside the body, estimated. */
  | { kind: 'decoded'; decoded: Decoded<Item>; decodedBytes: number }
  | { kind: 'malformed'; message: string }
  | { kind: 'too_large'; message: string }

export interface Decoder {
  traces(body: Buffer, encoding: Encoding): DecodeOutcome<Span>
  logs(body: Buffer, encoding: Encoding): DecodeOutcome<LogRecord>
}

export function createDecoder(limits: DecodeLimits = DEFAULT_LIMITS): Decoder {
  const keys = new KeyCache()

  function outcome<Item extends Described>(read: (context: DecodeContext) => Item[]): DecodeOutcome<Item> {
    keys.startRequest()
    const context = new DecodeContext(limits, keys)
    try {
      const items = read(context)
      if (repeatedBytes(items) > limits.maxRepeatedBytes) {
        throw new TooLarge(`more than ${limits.maxRepeatedBytes} bytes of resources, written out for every record,`)
      }
      const { rejected, cleaned, decodedBytes } = context
      return { kind: 'decoded', decoded: { items, rejected, cleaned }, decodedBytes }
    } catch (error) {
      if (error instanceof MalformedBody) return { kind: 'malformed', message: error.message }
      if (error instanceof TooLarge) return { kind: 'too_large', message: error.message }
      throw error
    }
  }

  return {
    traces: (body, encoding) =>
      outcome((context) =>
        encoding === 'protobuf' ? readTraces(new WireReader(body, context)) : readTracesJson(body, context),
      ),
    logs: (body, encoding) =>
      outcome((context) =>
        encoding === 'protobuf' ? readLogs(new WireReader(body, context)) : readLogsJson(body, context),
      ),
  }
}

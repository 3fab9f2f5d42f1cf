// A JSON body taken apart into its records, so that only one of them is parsed at a time: parsed JSON takes many times
// its text. In: bytes. Out: resources, and under each its scopes with their records.
import type { DecodeContext } from './decode-context.ts'
import { MalformedBody, TooLarge } from './decoded.ts'
import { parseExactJson } from './exact-json.ts'
import type { JsonObject } from './json-field.ts'
import { JsonScanner } from './json-scanner.ts'

/** Names of the nested lists, e.g. resourceSpans, scopeSpans, spans. */
export interface BodyShape {
  resources: string
  scopes: string
  records: string
}

export interface JsonScope {
  scope: JsonObject
  /** Parsed when asked for. */
  records: Iterable<JsonObject>
}

export interface JsonResource {
  resource: JsonObject
  scopes: JsonScope[]
}

interface Range {
  start: number
  end: number
  /** Memory that parsing it takes, estimated. */
  parsedBytes: number
}

/** What an entry of an object takes at worst, where every key is a new one. */
const TOKEN_BYTES = 160
const RANGE_BYTES = 64
const NULL = 0x6e
const ARRAY = 0x5b
const OBJECT = 0x7b

/** Resources in their order. Of a field that occurs twice the last counts, as for JSON.parse. @throws MalformedBody, TooLarge */
export function readJsonBody(bytes: Buffer, shape: BodyShape, context: DecodeContext): JsonResource[] {
  const scanner = new JsonScanner(bytes)
  let resources: JsonResource[] = []
  readFields(scanner, 'the body', {
    [shape.resources]: () => {
      resources = []
      readItems(scanner, shape.resources, () => resources.push(readResource(scanner, shape, context)))
    },
  })
  scanner.end()
  return resources
}

function readResource(scanner: JsonScanner, shape: BodyShape, context: DecodeContext): JsonResource {
  context.charge(RANGE_BYTES)
  let resource: Range | undefined
  let scopes: { scope: Range | undefined; records: Range[] }[] = []
  readFields(scanner, `each of ${shape.resources}`, {
    resource: () => {
      resource = passRange(scanner, context)
    },
    [shape.scopes]: () => {
      scopes = []
      readItems(scanner, shape.scopes, () => scopes.push(readScope(scanner, shape, context)))
    },
  })
  return {
    get resource() {
      return parseObject(scanner.bytes, resource, 'resource', context)
    },
    scopes: scopes.map(({ scope, records }) => ({
      get scope() {
        return parseObject(scanner.bytes, scope, 'scope', context)
      },
      records: {
        *[Symbol.iterator]() {
          const what = `each of ${shape.records}`
          for (const record of records) yield parseObject(scanner.bytes, record, what, context)
        },
      },
    })),
  }
}

function readScope(scanner: JsonScanner, shape: BodyShape, context: DecodeContext) {
  context.charge(2 * RANGE_BYTES)
  let scope: Range | undefined
  let records: Range[] = []
  readFields(scanner, `each of ${shape.scopes}`, {
    scope: () => {
      scope = passRange(scanner, context)
    },
    [shape.records]: () => {
      records = []
      readItems(scanner, shape.records, () => {
        if (records.length >= context.limits.maxRecords) throw new TooLarge(`more than ${records.length} records`)
        records.push(passRange(scanner, context))
      })
    },
  })
  return { scope, records }
}

/** Runs the reader of each known field; a field that is null is absent. */
function readFields(scanner: JsonScanner, what: string, readers: Record<string, () => void>): void {
  if (scanner.peek() !== OBJECT) throw new MalformedBody(`${what} must be an object`)
  scanner.readObject((key) => {
    if (Object.hasOwn(readers, key)) readers[key]?.()
    else scanner.skipValue()
  })
}

function readItems(scanner: JsonScanner, field: string, onItem: () => void): void {
  const first = scanner.peek()
  if (first === NULL) scanner.skipValue()
  else if (first === ARRAY) scanner.readArray(onItem)
  else throw new MalformedBody(`${field} must be an array`)
}

function passRange(scanner: JsonScanner, context: DecodeContext): Range {
  context.charge(RANGE_BYTES)
  scanner.peek()
  const start = scanner.pos
  scanner.tokens = 0
  scanner.isWide = false
  scanner.skipValue()
  const end = scanner.pos
  // The text itself, and again what of it is in strings.
  const parsedBytes = 2 * (scanner.isWide ? 2 : 1) * (end - start) + TOKEN_BYTES * scanner.tokens
  return { start, end, parsedBytes }
}

function parseObject(bytes: Buffer, range: Range | undefined, what: string, context: DecodeContext): JsonObject {
  if (range === undefined) return {}
  context.chargeForNow(range.parsedBytes)
  const value = parseExactJson(bytes.toString('utf8', range.start, range.end))
  if (value === null && !what.startsWith('each')) return {}
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new MalformedBody(`${what} must be an object`)
}

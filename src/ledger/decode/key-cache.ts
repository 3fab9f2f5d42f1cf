// Attribute keys by their bytes. A request repeats a few dozen keys thousands of times; handing out the same string
// each time saves its decoding and lets V8 find object properties by identity. What is asked of a key is found out once.
import { bitOf, placeOf } from '../asked-keys.ts'

const SLOTS = 4096
const MAX_BYTES = 64
const MAX_KEYS = 8192

export interface KnownKey {
  readonly bytes: Uint8Array
  readonly text: string
  /** The key in JSON, with its colon. */
  readonly json: Uint8Array
  /** In PROMOTED_KEYS, or -1. */
  readonly place: number
  /** See bitOf. */
  readonly bit: number
  /** False when an object would not keep the key where it was put: indices, and `__proto__`. */
  readonly isPlain: boolean
  /** The last record it was seen in: a second time in one record means that the later value counts. */
  record: number
  readonly next: KnownKey | undefined
}

export class KeyCache {
  private slots: (KnownKey | undefined)[] = new Array(SLOTS)
  private size = 0
  /** Number of the record being read. */
  record = 0
  readonly texts = new TextCache()

  /** Full of keys that do not come again (somebody counts in them): starts anew, between two requests. */
  startRequest(): void {
    if (this.size < MAX_KEYS) return
    this.slots = new Array(SLOTS)
    this.size = 0
  }

  get(bytes: Buffer, start: number, size: number): KnownKey | undefined {
    if (size === 0 || size > MAX_BYTES) return undefined
    let entry = this.slots[slot(bytes, start, size) & (SLOTS - 1)]
    while (entry !== undefined && !equals(entry.bytes, bytes, start, size)) entry = entry.next
    return entry
  }

  /** @param text what the bytes say; not remembered when the cache is full or the key is long. */
  set(bytes: Buffer, start: number, size: number, text: string): KnownKey | undefined {
    if (size === 0 || size > MAX_BYTES || this.size >= MAX_KEYS) return undefined
    // Property names are compared by identity: this is the one V8 keeps for the text.
    const name = Object.keys({ [text]: 0 })[0] as string
    const at = slot(bytes, start, size) & (SLOTS - 1)
    const entry = {
      bytes: Uint8Array.prototype.slice.call(bytes, start, start + size),
      text: name,
      json: new Uint8Array(Buffer.from(`${JSON.stringify(name)}:`)),
      place: placeOf(name),
      bit: bitOf(name),
      isPlain: name !== '__proto__' && !/^\d+$/.test(name),
      record: -1,
      next: this.slots[at],
    }
    this.slots[at] = entry
    this.size += 1
    return entry
  }
}

const MAX_TEXT_BYTES = 40

/** Short texts that repeat (ids, names) by their bytes. A slot holds one; a collision only costs the decoding. */
export class TextCache {
  private readonly bytes: (Uint8Array | undefined)[] = new Array(SLOTS)
  private readonly texts: string[] = new Array(SLOTS)

  /** Undefined when the text would need a repair. */
  get(bytes: Buffer, start: number, size: number): string | undefined {
    if (size === 0) return ''
    if (size > MAX_TEXT_BYTES) return decode(bytes, start, size)
    const at = slot(bytes, start, size) & (SLOTS - 1)
    const known = this.bytes[at]
    if (known !== undefined && equals(known, bytes, start, size)) return this.texts[at]
    const text = decode(bytes, start, size)
    if (text === undefined) return undefined
    this.bytes[at] = Uint8Array.prototype.slice.call(bytes, start, start + size)
    this.texts[at] = text
    return text
  }
}

function decode(bytes: Buffer, start: number, size: number): string | undefined {
  const text = bytes.toString('utf8', start, start + size)
  return text.includes('\ufffd') || text.includes('\0') ? undefined : text
}

function equals(known: Uint8Array, bytes: Buffer, start: number, size: number): boolean {
  if (known.length !== size) return false
  for (let i = 0; i < size; i++) if (known[i] !== bytes[start + i]) return false
  return true
}

/** A few bytes tell keys and names apart well enough. */
function slot(bytes: Buffer, start: number, size: number): number {
  let hash = size
  hash = (hash * 31 + (bytes[start] as number)) | 0
  hash = (hash * 31 + (bytes[start + (size >> 2)] as number)) | 0
  hash = (hash * 31 + (bytes[start + (size >> 1)] as number)) | 0
  hash = (hash * 31 + (bytes[start + size - (size >> 2) - 1] as number)) | 0
  hash = (hash * 31 + (bytes[start + size - 2] ?? 0)) | 0
  hash = (hash * 31 + (bytes[start + size - 1] as number)) | 0
  return hash ^ (hash >>> 12)
}

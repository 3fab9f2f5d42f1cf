// Attribute keys by their bytes. A request repeats a few dozen keys thousands of times; handing out the same string
// each time saves its decoding and lets V8 find object properties by identity. Bounded: a slot holds one key.

const SLOTS = 4096
const MAX_BYTES = 64

interface Entry {
  bytes: Uint8Array
  text: string
}

export class KeyCache {
  private readonly entries: (Entry | undefined)[] = new Array(SLOTS)

  get(bytes: Buffer, start: number, size: number): string | undefined {
    if (size === 0 || size > MAX_BYTES) return undefined
    const entry = this.entries[slot(bytes, start, size)]
    if (entry === undefined || entry.bytes.length !== size) return undefined
    const known = entry.bytes
    for (let i = 0; i < size; i++) if (known[i] !== bytes[start + i]) return undefined
    return entry.text
  }

  set(bytes: Buffer, start: number, size: number, text: string): void {
    if (size === 0 || size > MAX_BYTES) return
    this.entries[slot(bytes, start, size)] = {
      bytes: Uint8Array.prototype.slice.call(bytes, start, start + size),
      text,
    }
  }
}

/** A few bytes tell attribute keys apart well enough; a collision only costs the decoding. */
function slot(bytes: Buffer, start: number, size: number): number {
  const at = (index: number): number => bytes[start + index] as number
  let hash = size
  hash = (hash * 31 + at(0)) | 0
  hash = (hash * 31 + at(size >> 2)) | 0
  hash = (hash * 31 + at(size >> 1)) | 0
  hash = (hash * 31 + at(size - (size >> 2) - 1)) | 0
  hash = (hash * 31 + at(size - 1)) | 0
  hash ^= hash >>> 12
  return hash & (SLOTS - 1)
}

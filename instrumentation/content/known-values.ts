// Values that were searched and found clean, by what they are the value of. In: a key. Out: its kind and its clean
// values. Most attributes repeat from span to span (organisations, models, routes); those are not searched again. A key
// whose values rarely repeat (response ids) is not remembered any more.
import { type KeyKind, keyKind } from './keys.ts'
import { type RedactionScope, redact } from './redact.ts'

const MAX_KEYS = 2_048
const MAX_VALUES = 128
const MAX_LENGTH = 96

export class KnownValues {
  readonly kind: KeyKind
  readonly #scope: RedactionScope
  #clean: Set<string> | undefined = new Set()

  constructor(kind: KeyKind) {
    this.kind = kind
    this.#scope = kind === 'identity' ? 'secrets' : 'all'
  }

  /** `text` without secrets; the same string when it has none. */
  redact(text: string): string {
    if (text.length > MAX_LENGTH || !this.#clean) return redact(text, this.#scope)
    if (this.#clean.has(text)) return text
    const result = redact(text, this.#scope)
    if (result === text) {
      if (this.#clean.size < MAX_VALUES) this.#clean.add(text)
      else this.#clean = undefined
    }
    return result
  }
}

let byKey = new Map<string, KnownValues>()

export function knownValues(key: string): KnownValues {
  let known = byKey.get(key)
  if (!known) {
    if (byKey.size >= MAX_KEYS) byKey = new Map()
    known = new KnownValues(keyKind(key))
    byKey.set(key, known)
  }
  return known
}

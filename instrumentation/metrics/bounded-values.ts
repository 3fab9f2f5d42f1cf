// Keeps label values few. In: a value. Out: the same value while there is room, else `_other`; how many distinct
// values were folded away stays visible.

/** The first `limit` distinct values keep their name for the life of the process, the rest become `other`. */
export class BoundedValues {
  readonly #limit: number
  readonly #other: string
  readonly #named = new Set<string>()
  readonly #folded = new Set<string>()

  constructor(limit: number, other: string) {
    this.#limit = limit
    this.#other = other
  }

  bound(value: string): string {
    if (this.#named.has(value)) return value
    if (this.#named.size < this.#limit) {
      this.#named.add(value)
      return value
    }
    // Remembering what was folded must be bounded too; beyond it the count is a lower bound.
    if (this.#folded.size < 10_000) this.#folded.add(value)
    return this.#other
  }

  get foldedCount(): number {
    return this.#folded.size
  }
}

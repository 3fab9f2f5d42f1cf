// Numbers that look random and repeat with their seed. In: a seed. Out: a generator with the draws the project needs.
// Generator: sfc32 (Doty-Humphrey, PractRand), seeded by splitmix32; not for secrets.

export interface Random {
  /** In [0, 1). */
  next(): number
  /** A whole number in [from, to). */
  between(from: number, to: number): number
  pick<T>(items: readonly T[]): T
  /** The index drawn with the chance its weight has of the total. */
  weighted(weights: readonly number[]): number
  /** Standard normal (Box and Muller). */
  normal(): number
  /** Log-normal with this median and standard deviation of its logarithm. */
  logNormal(median: number, sigma: number): number
  /** Unsigned 32-bit. */
  uint32(): number
}

function splitmix32(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return (mixed ^ (mixed >>> 15)) >>> 0
  }
}

/** @param parts numbers that together name the stream, e.g. seed and day; other parts give an unrelated stream. */
export function createRandom(...parts: number[]): Random {
  let mixed = 0x2545f491
  for (const part of parts)
    mixed = splitmix32(mixed ^ Math.trunc(part) ^ Math.imul(Math.trunc(part / 4294967296), 0x85ebca6b))()
  const seed = splitmix32(mixed)
  let [a, b, c, counter] = [seed() | 0, seed() | 0, seed() | 0, 1]
  const uint32 = () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return sum >>> 0
  }
  for (let i = 0; i < 12; i += 1) uint32()
  const next = () => uint32() / 4294967296
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return {
    next,
    uint32,
    normal,
    between: (from, to) => from + Math.floor(next() * (to - from)),
    pick: <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T,
    weighted(weights) {
      let total = 0
      for (const weight of weights) total += weight
      let point = next() * total
      for (let index = 0; index < weights.length; index += 1) {
        point -= weights[index] as number
        if (point < 0) return index
      }
      return weights.length - 1
    },
    logNormal: (median, sigma) => median * Math.exp(sigma * normal()),
  }
}

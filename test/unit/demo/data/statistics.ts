// Statistical checks for tests of distributions. In: a sample and what it should follow. Out: how far off it is, and the
// bound beyond which chance is no explanation (1 in 10 000).

/** Pearson's chi-square of counts against shares, and its bound by Wilson and Hilferty's approximation. */
export function chiSquare(counts: ReadonlyMap<string, number>, shares: readonly { name: string; share: number }[]) {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const unknown = [...counts.keys()].filter((name) => !shares.some((share) => share.name === name))
  if (unknown.length > 0) throw new Error(`values without a share: ${unknown.join(', ')}`)
  const statistic = shares.reduce((sum, { name, share }) => {
    const expected = total * share
    return sum + ((counts.get(name) ?? 0) - expected) ** 2 / expected
  }, 0)
  const freedom = shares.length - 1
  const z = 3.719
  return { statistic, bound: freedom * (1 - 2 / (9 * freedom) + z * Math.sqrt(2 / (9 * freedom))) ** 3 }
}

/** Abramowitz and Stegun 26.2.17: error below 7.5e-8. */
function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const tail =
    Math.exp((-z * z) / 2) *
    0.3989422804 *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return z > 0 ? 1 - tail : tail
}

/** Kolmogorov and Smirnov's distance of a sample from a log-normal distribution, and its bound. */
export function logNormalDistance(sample: readonly number[], median: number, sigma: number) {
  const sorted = [...sample].sort((a, b) => a - b)
  const n = sorted.length
  const distance = sorted.reduce((worst, value, index) => {
    const expected = normalCdf(Math.log(value / median) / sigma)
    return Math.max(worst, Math.abs(expected - index / n), Math.abs(expected - (index + 1) / n))
  }, 0)
  return { distance, bound: 2.225 / Math.sqrt(n) }
}

export function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}

export const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

export const shareOf = <T>(items: readonly T[], accept: (item: T) => boolean): number =>
  items.filter(accept).length / items.length

// Native histograms with custom buckets in promtool's notation. In: bounds and counts. Out: values of a series.

const BOUND = 1.28

const sample = (bounds: readonly number[], buckets: readonly number[]): string => {
  const count = Number(buckets.reduce((sum, n) => sum + n, 0).toFixed(9))
  const filled = buckets.slice(0, buckets.findLastIndex((n) => n > 0) + 1)
  const counts = count > 0 ? ` count:${count} buckets:[${filled.join(' ')}]` : ''
  return `{{schema:-53 custom_values:[${bounds.join(' ')}]${counts}}}`
}

/**
 * Observations below 1.28 s, for alerts that count them.
 * @param counts of a counter, in promtool's notation without decreases: `0+94x20 1900x4 _x3`
 */
export function quick(counts: string): string {
  const of = (count: string) => sample([BOUND], [Number(count)])
  const one = (item: string): string => {
    const [, start = '', step, times = ''] = /^(\d[\d.]*)(?:\+([\d.]+))?(x\d+)?$/.exec(item) ?? []
    if (item.startsWith('_')) return item
    if (start === '') throw new Error(`cannot read ${item} of "${counts}"`)
    return `${of(start)}${step === undefined ? '' : `+${of(step)}`}${times}`
  }
  return counts.split(' ').map(one).join(' ')
}

/** @param perStep growth of each cumulative bucket in 15 s by upper bound, ascending; `+Inf` is the count. */
export function growing(perStep: Readonly<Record<string, number>>, steps: number): string {
  const bounds = Object.keys(perStep)
    .filter((bound) => bound !== '+Inf')
    .map(Number)
    .sort((a, b) => a - b)
  const cumulative = [...bounds.map((bound) => perStep[bound] ?? 0), perStep['+Inf'] ?? 0]
  const buckets = cumulative.map((n, index) => Number((n - (cumulative[index - 1] ?? 0)).toFixed(9)))
  const nothing = buckets.map(() => 0)
  return `${sample(bounds, nothing)}+${sample(bounds, buckets)}x${steps}`
}

// Native histograms in Prometheus' answers. In: one series of histograms. Out: a series a bucket with what fell into it
// alone, labelled `le` as a classic one, so that every panel can draw it.

/** Edges are open or closed by `rule`; counts and bounds are text. Empty buckets are left out. */
interface NativeHistogram {
  buckets?: [rule: number, lower: string, upper: string, count: string][]
}

type Moment = [timeS: number, histogram: NativeHistogram]

export interface BucketSeries {
  metric: Record<string, string>
  values: [number, string][]
}

export function toBucketSeries(metric: Record<string, string>, moments: readonly Moment[]): BucketSeries[] {
  const uppers = new Set(moments.flatMap(([, { buckets = [] }]) => buckets.map(([, , upper]) => upper)))
  const ascending = [...uppers].sort((a, b) => toBound(a) - toBound(b))
  return ascending.map((le) => ({
    metric: { ...metric, le },
    values: moments.map(([timeS, { buckets = [] }]): [number, string] => [
      timeS,
      buckets.find(([, , upper]) => upper === le)?.[3] ?? '0',
    ]),
  }))
}

const toBound = (text: string): number => Number(text.replace('Inf', 'Infinity'))

// TraceQL pipelines as they are read, and the arithmetic of their figures, without a database.
import { describe, expect, it } from 'vitest'
import { type Figure, quantileExponent, toSeries } from '../../../src/api/tempo/metric-series.ts'
import { alignedIntervals } from '../../../src/api/tempo/metrics-routes.ts'
import { goDuration } from '../../../src/api/tempo/scalar-filters.ts'
import { parseTraceql } from '../../../src/api/tempo/traceql.ts'
import { parseDuration } from '../../../src/api/tempo/traceql-tokens.ts'
import { fieldText, type Metric } from '../../../src/api/tempo/traceql-tree.ts'

describe('a pipeline', () => {
  it.each([
    ['{} | select(span.deal_id, status)', ['span.deal_id', 'status']],
    ['{}|select(resource.service.name)|select(.x)', ['resource.service.name', '.x']],
    ['{} | select(span:name, trace:rootService)', ['name', 'rootServiceName']],
    ['{} | select(span."with space")', ['span."with space"']],
  ])('%s selects', (query, fields) => {
    expect(parseTraceql(query).select.map(fieldText)).toEqual(fields)
  })

  it.each([
    ['{} | count() > 2', { aggregate: 'count', operator: '>', literal: { type: 'number', value: 2 } }],
    [
      '{ status = error } | avg(duration) >= 1.5s',
      {
        aggregate: 'avg',
        field: { scope: 'intrinsic', name: 'duration' },
        operator: '>=',
        literal: { type: 'duration', nanoseconds: 1.5e9 },
      },
    ],
    [
      '{} | sum(span.tokens) < 10',
      {
        aggregate: 'sum',
        field: { scope: 'span', name: 'tokens' },
        operator: '<',
        literal: { type: 'number', value: 10 },
      },
    ],
  ])('%s filters', (query, filter) => {
    expect(parseTraceql(query).filters).toEqual([filter])
  })

  it.each<[string, Partial<Metric>]>([
    ['{} | rate()', { name: 'rate', by: [], quantiles: [] }],
    ['{} | count_over_time() by (span.by, resource.service.name)', { name: 'count_over_time' }],
    ['{} | quantile_over_time(duration, .5, 0.99) by (name)', { name: 'quantile_over_time', quantiles: [0.5, 0.99] }],
    ['{} | rate() by (name) | topk(3)', { name: 'rate', best: { order: 'topk', count: 3 } }],
    ['{} | rate() with (most_recent=true, sample=0.1)', { name: 'rate' }],
  ])('%s is a metric', (query, metric) => {
    expect(parseTraceql(query).metric).toMatchObject(metric)
  })

  it.each([
    ['{} | by(name)', /by\(\) is not answered here; of pipelines these are: select\(\)/],
    ['{} | coalesce()', /coalesce\(\) is not answered here/],
    ['{} | compare({ status = error })', /position 14, near "\{ status/],
    ['{} | select()', /select\(\) takes one attribute or more/],
    ['{} | count()', /count\(\) needs a comparison/],
    ['{} | count(name) > 1', /count\(\) takes nothing/],
    ['{} | avg() > 1', /avg\(\) takes one attribute/],
    ['{} | count() > "2"', /count\(\) is compared with a number or duration/],
    ['{} | rate(duration)', /rate\(\) takes nothing/],
    ['{} | rate() > 5', /rate\(\) is not compared here/],
    ['{} | quantile_over_time(duration)', /takes an attribute and quantiles/],
    ['{} | quantile_over_time(duration, 2)', /quantiles from 0 to 1/],
    ['{} | rate() | topk(0)', /topk\(\) takes a whole number from 1/],
    ['{} | rate() | count() > 1', /count\(\) is not answered here/],
    ['{} | topk(5)', /topk\(\) is not answered here/],
    ['{} | select(shoeSize)', /unknown intrinsic shoeSize/],
    ['{} | ', /position 6/],
  ])('%s is refused, and the message says why', (query, message) => {
    expect(() => parseTraceql(query)).toThrow(message)
  })

  it('is read again after one that was refused', () => {
    expect(() => parseTraceql('{} | nonsense(')).toThrow()
    expect(parseTraceql('{} | count() > 2').filters).toHaveLength(1)
  })
})

describe('durations', () => {
  it.each([
    ['1.5s', 1.5e9],
    ['1m30s', 9e10],
    ['250ms', 2.5e8],
    ['-5us', -5000],
    ['5', Number.NaN],
    ['5 apples', Number.NaN],
  ])('%s is read', (text, nanoseconds) => {
    expect(parseDuration(text)).toBe(nanoseconds)
  })

  it.each([
    [0, '0s'],
    [12, '12ns'],
    [1_500, '1.5µs'],
    [250e6, '250ms'],
    [1.5e9, '1.5s'],
    [90e9, '1m30s'],
    [3_723.5e9, '1h2m3.5s'],
  ])('%d ns is written', (nanoseconds, text) => {
    expect(goDuration(nanoseconds)).toBe(text)
  })
})

describe('intervals', () => {
  it('are whole steps that hold the range, and one before it', () => {
    expect(alignedIntervals(125_000, 250_000, 60_000)).toEqual({ firstMs: 120_000, stepMs: 60_000, count: 4 })
  })

  it.each([
    [3_600_000, 15_000],
    [600_000, 2_000],
    [86_400_000, 300_000],
    [10_000, 1_000],
  ])('of %d ms take a step that is easy to read', (rangeMs, stepMs) => {
    expect(alignedIntervals(0, rangeMs).stepMs).toBe(stepMs)
  })
})

describe('series', () => {
  const intervals = { firstMs: 10_000, stepMs: 10_000, count: 3 }
  const figure = (interval: number, label: string | null, value: number, exponent: number | null = null): Figure => ({
    interval,
    labels: label === null ? [null] : [JSON.stringify(label)],
    exponent,
    value,
  })
  const by: Metric['by'] = [{ scope: 'span', name: 'feature' }]
  const of = (name: Metric['name'], more: Partial<Metric> = {}): Metric => ({ name, quantiles: [], by, ...more })
  const duration = { field: { scope: 'intrinsic', name: 'duration' } } as const
  const chat = { key: 'span.feature', value: { stringValue: 'chat' } }

  it('of a rate are per second, and zero where nothing was', () => {
    expect(toSeries([figure(1, 'chat', 20)], of('rate'), intervals)).toEqual([{ labels: [chat], values: [0, 2, 0] }])
  })

  it('without groups are called after the function, also when nothing was found', () => {
    expect(toSeries([], of('rate', { by: [] }), intervals)).toEqual([
      { labels: [{ key: '__name__', value: { stringValue: 'rate' } }], values: [0, 0, 0] },
    ])
    expect(toSeries([], of('max_over_time', { by: [], ...duration }), intervals)).toEqual([])
  })

  it('of what a span lacks are called nil', () => {
    const [series] = toSeries([figure(0, null, 1)], of('count_over_time'), intervals)
    expect(series?.labels).toEqual([{ key: 'span.feature', value: { stringValue: 'nil' } }])
  })

  it('of durations are in seconds, and have gaps where nothing was', () => {
    expect(toSeries([figure(2, 'chat', 1.5e9)], of('max_over_time', duration), intervals)).toEqual([
      { labels: [chat], values: [undefined, undefined, 1.5] },
    ])
  })

  it('of quantiles and histograms know powers of two', () => {
    const figures = [figure(0, 'chat', 4, 30)]
    const quantile = { key: 'p', value: { doubleValue: 1 } }
    expect(toSeries(figures, of('quantile_over_time', { ...duration, quantiles: [1] }), intervals)).toEqual([
      { labels: [chat, quantile], values: [2 ** 30 / 1e9, 0, 0] },
    ])
    const bucket = { key: '__bucket', value: { doubleValue: 2 ** 30 / 1e9 } }
    expect(toSeries(figures, of('histogram_over_time', duration), intervals)).toEqual([
      { labels: [chat, bucket], values: [4, 0, 0] },
    ])
  })

  it('are kept where they are among the best of the moment', () => {
    const figures = [figure(0, 'a', 3), figure(1, 'a', 1), figure(0, 'b', 2), figure(1, 'b', 2), figure(2, 'c', 1)]
    const kept = toSeries(figures, of('max_over_time', { best: { order: 'topk', count: 1 } }), intervals)
    expect(kept.map(({ values }) => values)).toEqual([
      [3, undefined, undefined],
      [undefined, 2, undefined],
      [undefined, undefined, 1],
    ])
    const fewest = toSeries(figures, of('max_over_time', { best: { order: 'bottomk', count: 1 } }), intervals)
    expect(fewest.map(({ values }) => values)).toEqual([
      [undefined, 1, undefined],
      [2, undefined, undefined],
      [undefined, undefined, 1],
    ])
  })
})

describe('a quantile', () => {
  const buckets = [
    { exponent: 4, count: 10 },
    { exponent: 6, count: 10 },
  ]
  it.each([
    [0.5, 4],
    [0.25, 3.5],
    [0.75, 5],
    [1, 6],
    [0, 3.1],
  ])('%d lies between powers of two', (quantile, exponent) => {
    expect(quantileExponent(buckets, quantile)).toBeCloseTo(exponent, 9)
  })
})

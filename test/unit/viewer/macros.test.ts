import { describe, expect, test } from 'vitest'
import { toBucketSeries } from '../../../grafana/viewer/server/native-histograms.ts'
import { expandPromql, stepMs, toSingleBuckets } from '../../../grafana/viewer/server/prometheus.ts'
import { durationMs, expandMacros, formatDuration } from '../../../grafana/viewer/server/sql-macros.ts'

const RANGE = { fromMs: Date.UTC(2026, 0, 1), toMs: Date.UTC(2026, 0, 2) }
const FROM = "'2026-01-01T00:00:00.000Z'"
const TO = "'2026-01-02T00:00:00.000Z'"

describe('SQL macros', () => {
  test.each([
    ['$__timeFilter(created_at)', `created_at between ${FROM} and ${TO}`],
    ['$__timeFilter(coalesce(a, b))', `coalesce(a, b) between ${FROM} and ${TO}`],
    ['$__timeFrom()::timestamptz', `${FROM}::timestamptz`],
    ['$__timeTo()', TO],
    ['$__time(at)', 'at as "time"'],
    ["$__timeGroup(at, '5m')", 'to_timestamp(floor(extract(epoch from at) / 300) * 300)'],
    ['$__timeGroupAlias(at, $__interval)', 'to_timestamp(floor(extract(epoch from at) / 60) * 60) as "time"'],
    [
      "$__timeGroup(date_trunc('day', at), 1h)",
      "to_timestamp(floor(extract(epoch from date_trunc('day', at)) / 3600) * 3600)",
    ],
    ['$__unixEpochFilter(n)', 'n >= 1767225600 and n <= 1767312000'],
    ['$__unixEpochFrom() $__unixEpochTo()', '1767225600 1767312000'],
    ["interval '$__interval' $__interval_ms", "interval '1m' 60000"],
    ['select 1', 'select 1'],
  ])('%s', (sql, expanded) => {
    expect(expandMacros(sql, RANGE, 60_000)).toBe(expanded)
  })

  test('names a macro it does not know, and an interval that is none', () => {
    expect(() => expandMacros('$__timeShift(a)', RANGE, 1000)).toThrow('unknown macro $__timeShift(a)')
    expect(() => expandMacros("$__timeGroup(at, 'often')", RANGE, 1000)).toThrow(/'often'.* is no interval/)
  })
})

describe('durations', () => {
  test.each([
    ['90s', 90_000],
    ['5m', 300_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
    ['250ms', 250],
    ['soon', undefined],
    ['', undefined],
  ])('%s is %s ms', (text, ms) => expect(durationMs(text)).toBe(ms))

  test.each([
    [15_000, '15s'],
    [60_000, '1m'],
    [90_000, '90s'],
    [86_400_000, '1d'],
    [250, '250ms'],
  ])('%s ms is written %s', (ms, text) => expect(formatDuration(ms)).toBe(text))
})

describe('PromQL', () => {
  test('the rate interval spans four scrapes, or one step and a scrape', () => {
    const rate = (step: number) => expandPromql('rate(x[$__rate_interval])', step, 15_000, RANGE)
    expect(rate(15_000)).toBe('rate(x[1m])')
    expect(rate(300_000)).toBe('rate(x[315s])')
  })

  test('fills in interval and range, and leaves other variables alone', () => {
    const text = '${__interval} $__interval_ms $__range $__range_s $org_id'
    expect(expandPromql(text, 30_000, 15_000, RANGE)).toBe('30s 30000 86400s 86400 $org_id')
  })

  test('the step is never under the scrape interval nor over the limit of points', () => {
    const query = (intervalMs: number) => ({ refId: 'A', datasource: { uid: 'p' }, intervalMs, maxDataPoints: 100 })
    expect(stepMs(query(1000), RANGE, 15_000)).toBe(15_000)
    expect(stepMs(query(60_000), RANGE, 15_000)).toBe(60_000)
    const year = { fromMs: 0, toMs: 365 * 86_400_000 }
    expect(365 * 86_400_000).toBeLessThanOrEqual(stepMs(query(1000), year, 15_000) * 11_000)
  })

  test('native histograms become a series a bucket, smallest first, with 0 where nothing fell into it', () => {
    const series = toBucketSeries({ job: 'a' }, [
      [1, { buckets: [[0, '0.5', '10', '4']] }],
      [
        2,
        {
          buckets: [
            [3, '0', '0.5', '7'],
            [0, '10', '+Inf', '2'],
          ],
        },
      ],
      [3, {}],
    ])
    expect(series.map(({ metric, values }) => [metric, values])).toEqual([
      [
        { job: 'a', le: '0.5' },
        [
          [1, '0'],
          [2, '7'],
          [3, '0'],
        ],
      ],
      [
        { job: 'a', le: '10' },
        [
          [1, '4'],
          [2, '0'],
          [3, '0'],
        ],
      ],
      [
        { job: 'a', le: '+Inf' },
        [
          [1, '0'],
          [2, '2'],
          [3, '0'],
        ],
      ],
    ])
  })

  test('cumulative buckets become single ones, smallest first', () => {
    const bucket = (le: string, ...counts: string[]) => ({
      metric: { le },
      values: counts.map((count, at): [number, string] => [at, count]),
    })
    const single = toSingleBuckets([bucket('+Inf', '9', '9'), bucket('0.5', '4', '1'), bucket('0.1', '1', '0')])
    expect(single.map(({ metric, values }) => [metric.le, values?.map(([, count]) => count)])).toEqual([
      ['0.1', ['1', '0']],
      ['0.5', ['3', '1']],
      ['+Inf', ['5', '8']],
    ])
  })
})

// The reader of selectors that the metrics contract stands on.
import { describe, expect, it } from 'vitest'
import { readSelectors } from '../../support/promql.ts'

describe('readSelectors', () => {
  it.each([
    ['up == 0', [{ metric: 'up', labels: [] }]],
    ['up{job="a b()",instance!~"x|y"} == 0', [{ metric: 'up', labels: ['job', 'instance'] }]],
    ['sum by (org_id, le) (rate(a_bucket{x="1"}[5m]))', [{ metric: 'a_bucket', labels: ['x'] }]],
    [
      'a / on (org_id) group_left () (b >= 1) > 2',
      [
        { metric: 'a', labels: [] },
        { metric: 'b', labels: [] },
      ],
    ],
    [
      'a unless last_over_time(a[1d] offset 5m)',
      [
        { metric: 'a', labels: [] },
        { metric: 'a', labels: [] },
      ],
    ],
    [
      'org:x:ratio5m > 0.1 and y',
      [
        { metric: 'org:x:ratio5m', labels: [] },
        { metric: 'y', labels: [] },
      ],
    ],
    ['(time() - max(z)) / 86400', [{ metric: 'z', labels: [] }]],
    ['vector(1)', []],
    ['count({__name__=~"a|b"})', []],
  ])('reads %s', (expr, selectors) => {
    expect(readSelectors(expr)).toEqual(selectors)
  })
})

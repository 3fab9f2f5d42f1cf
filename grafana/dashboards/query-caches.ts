// Panels of "Query metrics" on caches: the dashboard's own conditions, and its last rows. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column, MILLISECONDS } from '../kit/column.ts'
import { lines, table } from '../kit/panels.ts'
import { sqlSeries, sqlTable } from '../kit/queries.ts'
import { timeBucket } from '../kit/ranges.ts'
import { chosen, named, OF_DEALS } from '../kit/usage.ts'

const CACHE = `cache_metrics where $__timeFilter(created_at) and org_id in ($org_id) and ${chosen('environment')} and ${OF_DEALS}`
export const LOOKUPS = `${CACHE} and operation = 'get' and hit is not null`
export const NO_LOOKUP = 'No cache look-up in this range'
export const p95 = 'percentile_cont(0.95) within group (order by duration_ms)'

export const withCachePanels = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withRow(new RowBuilder('Caches'))
    .withPanel(
      lines({
        title: 'Cache hits over time',
        description: 'Share of look-ups that hit, by cache. A fall after a release means that the key changed.',
        unit: 'percentunit',
        width: 24,
        height: 7,
        emptyText: NO_LOOKUP,
        queries: [
          sqlSeries(`
            select ${timeBucket('created_at')} as time, ${named('cache_name')} as metric, avg(hit::int)::float8 as hits
            from ${LOOKUPS}
            group by 1, 2
            order by 1, 2`),
        ],
      }).min(0),
    )
    .withPanel(
      table({
        title: 'Caches compared',
        description: 'Look-ups, hits, time and what the hits saved, as far as the application reported it.',
        unit: 'short',
        width: 24,
        height: 5,
        emptyText: NO_LOOKUP,
        columns: {
          hits: column.percent(),
          'p95 hit': [column.unit(MILLISECONDS), column.decimals(2)],
          'p95 miss': [column.unit(MILLISECONDS), column.decimals(2)],
          'mean size': [column.unit('bytes'), column.noValue('not reported')],
          saved: [...column.usd(4), column.noValue('not reported')],
        },
        queries: [
          sqlTable(`
            select ${named('cache_name')} as cache, count(*) as "look-ups", avg(hit::int)::float8 as hits,
              ${p95} filter (where hit) as "p95 hit", ${p95} filter (where not hit) as "p95 miss",
              avg(size_bytes)::float8 as "mean size", sum(saved_usd) as saved
            from ${LOOKUPS}
            group by 1
            order by 2 desc
            limit 100`),
        ],
      }),
    )

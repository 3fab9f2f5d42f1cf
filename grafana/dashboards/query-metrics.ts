// "Query metrics": do retrieval and caches find what answers need, and how long do they take?
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column, MILLISECONDS } from '../kit/column.ts'
import { createDashboard } from '../kit/dashboard.ts'
import { TRACE_LINK, TRACE_PAGE } from '../kit/links.ts'
import { lines, stackedBars, stat, table } from '../kit/panels.ts'
import { sqlSeries, sqlTable } from '../kit/queries.ts'
import { timeBucket } from '../kit/ranges.ts'
import { named, OF_RETRIEVALS, RETRIEVAL_FILTERS, withUsageFilters } from '../kit/usage.ts'
import { LOOKUPS, NO_LOOKUP, p95, withCachePanels } from './query-caches.ts'
import { withWaysPanel } from './query-ways.ts'

// Neither table has a department; cache_metrics has no version and no agent either.
const RETRIEVALS = `rag_metrics where $__timeFilter(created_at) and ${OF_RETRIEVALS}`
const SEARCHES = `${RETRIEVALS} and step = 'vector_search'`

const NO_SEARCH = 'No search in this range'
const small = { width: 6, height: 4 } as const
const half = { width: 12, height: 8 } as const

const retrieval = withUsageFilters(
  createDashboard({
    uid: 'query-metrics',
    title: 'Query metrics',
    question: 'Do retrieval and caches find what answers need, and how long do they take?',
    from: 'now-24h',
    refresh: '1m',
  }),
  RETRIEVAL_FILTERS,
)
  .withRow(new RowBuilder('Do they find it?'))
  .withPanel(
    stat({
      title: 'Searches with a hit',
      description: 'Share of searches that gave at least one chunk.',
      unit: 'percentunit',
      ...small,
      decimals: 1,
      emptyText: NO_SEARCH,
      queries: [sqlTable(`select avg((chunks_retrieved > 0)::int)::float8 as "found" from ${SEARCHES}`)],
    }),
  )
  .withPanel(
    stat({
      title: 'Chunks used',
      description: 'Share of the chunks found that went into the prompt. The rest was found for nothing.',
      unit: 'percentunit',
      ...small,
      decimals: 1,
      emptyText: NO_SEARCH,
      queries: [
        sqlTable(
          `select sum(chunks_used)::float8 / nullif(sum(chunks_retrieved) filter (where chunks_used is not null), 0) as "used" from ${SEARCHES}`,
        ),
      ],
    }),
  )
  .withPanel(
    stat({
      title: 'Failed steps',
      description: 'Share of retrieval steps that failed: embedding, search, rerank, graph query.',
      unit: 'percentunit',
      ...small,
      decimals: 1,
      emptyText: 'No retrieval in this range',
      queries: [sqlTable(`select avg((status <> 'success')::int)::float8 as "failed" from ${RETRIEVALS}`)],
    }),
  )
  .withPanel(
    stat({
      title: 'Cache hits',
      description: 'Share of cache look-ups that hit.',
      unit: 'percentunit',
      ...small,
      decimals: 1,
      emptyText: NO_LOOKUP,
      queries: [sqlTable(`select avg(hit::int)::float8 as "hits" from ${LOOKUPS}`)],
    }),
  )
  .withRow(new RowBuilder('Retrieval'))
  .withPanel(
    table({
      title: 'Retrieval modes compared',
      description:
        'Searches by mode (vector, keyword, hybrid, …): how much they find, how well it fits, how long it takes. Scores of different modes are on different scales.',
      unit: 'short',
      width: 24,
      height: 7,
      emptyText: NO_SEARCH,
      columns: {
        failed: column.percent(),
        'found nothing': column.percent(),
        'top score': [column.decimals(3)],
        'mean score': [column.decimals(3)],
        'mean chunks': [column.decimals(1)],
        'mean used': [column.decimals(1)],
        p50: column.ms(),
        p95: column.ms(),
      },
      queries: [
        sqlTable(`
          select ${named('mode')} as mode, count(*) as searches, avg((status <> 'success')::int)::float8 as failed,
            avg((chunks_retrieved = 0)::int)::float8 as "found nothing", avg(chunks_retrieved)::float8 as "mean chunks", avg(chunks_used)::float8 as "mean used",
            avg(top_score) as "top score", avg(average_score) as "mean score",
            percentile_cont(0.5) within group (order by duration_ms) as p50, ${p95} as p95
          from ${SEARCHES}
          group by 1
          order by 2 desc`),
      ],
    }),
  )
  .withPanel(
    stackedBars({
      title: 'Searches by mode',
      description: 'Searches per bucket (minute, hour or day, by the range), stacked by mode.',
      unit: 'short',
      ...half,
      emptyText: NO_SEARCH,
      queries: [
        sqlSeries(`
          select ${timeBucket('created_at')} as time, ${named('mode')} as metric, count(*) as searches
          from ${SEARCHES}
          group by 1, 2
          order by 1, 2`),
      ],
    }),
  )
  .withPanel(
    lines({
      title: 'Top score by mode',
      description:
        'Mean score of the best chunk of each search against the mode’s mean over the range, because modes have scales of their own: 100 % is as usual. A fall means that the index or the questions changed.',
      unit: 'percentunit',
      ...half,
      emptyText: 'No search with a score in this range',
      queries: [
        sqlSeries(`
          select ${timeBucket('created_at')} as time, ${named('mode')} as metric, avg(top_score) * sum(count(*)) over (partition by mode) / nullif(sum(sum(top_score)) over (partition by mode), 0) as score
          from ${SEARCHES} and top_score is not null
          group by 1, mode
          order by 1, 2`),
      ],
    }),
  )
  .withPanel(
    lines({
      title: 'p95 of each step',
      description: 'Duration that 95 % of the steps stay below: embedding, search, rerank, graph query.',
      unit: MILLISECONDS,
      width: 24,
      height: 8,
      emptyText: 'No retrieval in this range',
      queries: [
        sqlSeries(`
          select ${timeBucket('created_at')} as time, step as metric, ${p95} as p95
          from ${RETRIEVALS}
          group by 1, 2
          order by 1, 2`),
      ],
    }),
  )
  .withPanel(
    table({
      title: 'Searches that found little',
      description:
        'The latest searches that failed, or that gave no chunk. Click a trace to see what the person asked for.',
      unit: 'none',
      width: 24,
      height: 8,
      emptyText: 'Every search in this range found something',
      columns: {
        time: [column.width(165)],
        organisation: [column.width(110)],
        feature: [column.width(150)],
        mode: [column.width(95)],
        status: [column.width(95)],
        duration: [...column.ms(), column.width(90)],
        trace: [TRACE_LINK, column.width(285)],
        page: TRACE_PAGE,
      },
      queries: [
        sqlTable(`
          select created_at as "time", org_id as organisation, feature, mode, status, error_message as error, duration_ms as duration, trace_id as trace, trace_id as page
          from ${SEARCHES} and (status <> 'success' or chunks_retrieved = 0)
          order by created_at desc
          limit 100`),
      ],
    }),
  )

export const queryMetrics = withWaysPanel(withCachePanels(retrieval))

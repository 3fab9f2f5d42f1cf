// Panel of "Query metrics" on ways of answering: with a search (RAG, hybrid), from a prompt the provider had cached (CAG), or
// directly. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { failedColumn } from '../kit/limits.ts'
import { usdText } from '../kit/money.ts'
import { table } from '../kit/panels.ts'
import { sqlTable } from '../kit/queries.ts'
import { OF_RETRIEVALS } from '../kit/usage.ts'

const IN_RANGE = `$__timeFilter(created_at) and ${OF_RETRIEVALS}`

/** Traces in which a model wrote something. */
const ANSWERS = `
  select org_id, trace_id, sum(latency_ms) as ms, sum(input_tokens) as input_tokens, sum(unpriced_calls) as unpriced_calls,
    sum(cost_usd) as cost_usd, bool_or(cache_read_tokens > 0) as is_cached, bool_or(status <> 'success') as has_failed
  from llm_usage where ${IN_RANGE} and operation not in ('embeddings', 'rerank')
  group by 1, 2
  having sum(calls) > 0`
const SEARCHES = `
  select org_id, trace_id, bool_or(mode = 'hybrid') as is_hybrid
  from rag_metrics where ${IN_RANGE} and step = 'vector_search'
  group by 1, 2`

export const withWaysPanel = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard.withRow(new RowBuilder('Ways of answering')).withPanel(
    table({
      title: 'Ways of answering compared',
      description:
        'Traces in which a model wrote an answer. RAG: a search went before; hybrid: by meaning and words at once; CAG: no search, but a prompt the provider had cached; direct: neither. Times are of the model calls, retries included.',
      unit: 'short',
      width: 24,
      height: 6,
      emptyText: 'No model answered in this range',
      columns: {
        'failed calls': failedColumn(),
        p50: column.seconds(),
        p95: column.seconds(),
        'prompt tokens': [column.unit('locale'), column.decimals(0)],
        'cost of an answer': column.usdText(),
      },
      queries: [
        sqlTable(`
          with answers as (${ANSWERS}), searches as (${SEARCHES}),
            answered as (
              select case when is_hybrid then 'hybrid' when is_hybrid is not null then 'RAG' when is_cached then 'CAG' else 'direct' end as way, answers.*
              from answers left join searches using (org_id, trace_id)),
            ways as (
              select way, count(*) as answers, avg(has_failed::int)::float8 as failed, avg(input_tokens)::float8 as tokens,
                percentile_cont(0.5) within group (order by ms) / 1000 as p50, percentile_cont(0.95) within group (order by ms) / 1000 as p95,
                sum(cost_usd) filter (where unpriced_calls = 0) / nullif(count(*) filter (where unpriced_calls = 0), 0) as cost
              from answered group by 1)
          select way, answers, failed as "failed calls", p50, p95, tokens as "prompt tokens", ${usdText('cost')} as "cost of an answer"
          from ways order by answers desc`),
      ],
    }),
  )

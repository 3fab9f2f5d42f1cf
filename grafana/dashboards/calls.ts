// "Calls": which calls are behind a figure? Charts of cost link here with the bar that was clicked.
import {
  CustomVariableBuilder,
  type DashboardBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { createDashboard, filter } from '../kit/dashboard.ts'
import { drillUrl, TRACE_LINK, TRACE_PAGE_LINK } from '../kit/links.ts'
import { rankedBars, stat, table } from '../kit/panels.ts'
import { sqlTable } from '../kit/queries.ts'
import { ALL_DEALS, DAYS, NO_CALLS, named, withUsageFilters } from '../kit/usage.ts'

/** The bar that was clicked: its start in ms, and how long it is (a day where deals are chosen, see USAGE). Without one, the whole range. */
const START = `to_timestamp(nullif('$at', '')::float8 / 1000)`
const LENGTH = `('1 ' || case '$bucket' when 'auto' then
    case when $__timeTo()::timestamptz - $__timeFrom()::timestamptz > interval '8 days' or not ${ALL_DEALS} in ($deal_id) then 'day' else 'hour' end
  else '$bucket' end)::interval`
const FROM = `coalesce(${START}, $__timeFrom()::timestamptz)`
const TO = `coalesce(${START} + ${LENGTH}, $__timeTo()::timestamptz)`

// A chart's series for rows without a name is "(none)"; the filters' own value for them is ''.
const chosen = (dimension: string) =>
  `(${dimension === 'deal_id' ? `${ALL_DEALS} in ($deal_id) or ` : ''}${dimension} in ($${dimension}) or ${named(dimension)} in ($${dimension}))`
const WHERE = [
  `created_at >= ${FROM} and created_at < ${TO}`,
  'org_id in ($org_id)',
  ...['deal_id', 'feature', 'model', 'department', 'environment', 'version', 'agent_id'].map(chosen),
].join(' and ')

/** What stands for each call: a reversed line and its reversal cancel each other. */
const CALLS = `
  select org_id, trace_id, span_id, min(created_at) as at, max(deal_id) as deal, max(feature) as feature,
    max(department) as department, max(agent_id) as agent, max(provider) as provider, max(model) as model,
    sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens, sum(cost_usd) as cost,
    max(latency_ms) as latency, max(status) as status
  from llm_usage where ${WHERE}
  group by org_id, trace_id, span_id having sum(calls) > 0`

const option = (name: string, label: string) =>
  filter(
    name,
    label,
    `select distinct ${named(name)} as __text, ${name} as __value from usage_daily where ${DAYS} and org_id in ($org_id) order by 1`,
  )

const withCallFilters = (dashboard: DashboardBuilder): DashboardBuilder =>
  withUsageFilters(dashboard)
    .withVariable(option('feature', 'Feature'))
    .withVariable(option('model', 'Model'))
    .withVariable(
      new CustomVariableBuilder('bucket')
        .label('Length')
        .values('auto,hour,day,week,month')
        .current({ selected: true, text: 'auto', value: 'auto' }),
    )
    .withVariable(
      new TextBoxVariableBuilder('at')
        .label('Starting at (ms)')
        .defaultValue('')
        .current({ selected: true, text: '', value: '' }),
    )

const small = { width: 8, height: 4, emptyText: NO_CALLS } as const

export const calls = withCallFilters(
  createDashboard({
    uid: 'calls',
    title: 'Calls',
    question: 'Which calls are behind a figure, and what did each of them do?',
    from: 'now-24h',
    refresh: '',
  }),
)
  .withRow(new RowBuilder('How much'))
  .withPanel(
    stat({
      title: 'Cost of these calls',
      description: 'Exact, from the ledger. Calls without a price are not in it.',
      unit: 'currencyUSD',
      decimals: 4,
      ...small,
      queries: [sqlTable(`select sum(cost) as "cost" from (${CALLS}) as calls`)],
    }),
  )
  .withPanel(
    stat({
      title: 'Calls',
      description: 'Each real call once.',
      unit: 'short',
      ...small,
      queries: [sqlTable(`select nullif(count(*), 0) as "calls" from (${CALLS}) as calls`)],
    }),
  )
  .withPanel(
    stat({
      title: 'Without a price',
      description: 'Calls whose cost is unknown, because their model has no price.',
      unit: 'short',
      ...small,
      queries: [
        sqlTable(
          `select case when count(*) > 0 then count(*) filter (where cost is null) end as "unpriced" from (${CALLS}) as calls`,
        ),
      ],
    }),
  )
  .withRow(new RowBuilder('Which'))
  .withPanel(
    table({
      title: 'The dearest calls',
      description:
        'The 200 calls that cost most, then those without a price. Click a trace for its spans, logs and ledger lines; "page" has them as a dashboard.',
      unit: 'none',
      width: 24,
      height: 14,
      emptyText: NO_CALLS,
      columns: {
        trace: [TRACE_LINK, column.width(130)],
        page: [TRACE_PAGE_LINK, column.text('open'), column.width(60)],
        time: [column.width(165)],
        cost: [...column.usd(6), column.width(95)],
        duration: [...column.seconds(), column.width(90)],
        'tokens in': [column.width(85)],
        'tokens out': [column.width(90)],
        feature: [column.width(135)],
        model: [column.width(150)],
        organisation: [column.width(105)],
        deal: [column.width(85)],
        status: [column.width(85)],
        agent: [
          column.width(160),
          column.link(
            'Performance of this agent',
            drillUrl('performance', { org_id: 'organisation', agent_id: 'agent' }),
          ),
        ],
      },
      queries: [
        sqlTable(`
          select trace_id as trace, trace_id as page, at as "time", cost, latency / 1000.0 as duration, input_tokens as "tokens in",
            output_tokens as "tokens out", feature, model, agent, deal, org_id as organisation, status
          from (${CALLS}) as calls
          order by cost desc nulls last, at desc
          limit 200`),
      ],
    }),
  )
  .withRow(new RowBuilder('Of whom'))
  .withPanel(
    rankedBars({
      title: 'By deal',
      description: 'Cost of these calls by deal.',
      unit: 'currencyUSD',
      width: 12,
      height: 11,
      emptyText: NO_CALLS,
      nullText: 'unpriced',
      queries: [
        sqlTable(
          `select ${named('deal')} as "deal", sum(cost) as "cost" from (${CALLS}) as calls group by 1 order by 2 desc nulls last limit 8`,
        ),
      ],
    }),
  )
  .withPanel(
    rankedBars({
      title: 'By agent',
      description: 'Cost of these calls by agent.',
      unit: 'currencyUSD',
      width: 12,
      height: 11,
      emptyText: NO_CALLS,
      nullText: 'unpriced',
      queries: [
        sqlTable(
          `select ${named('agent')} as "agent", sum(cost) as "cost" from (${CALLS}) as calls group by 1 order by 2 desc nulls last limit 8`,
        ),
      ],
    }),
  )

// "Calls": which calls are behind a figure? Charts of cost link here with the bar that was clicked.
import {
  CustomVariableBuilder,
  type DashboardBuilder,
  RowBuilder,
  TextBoxVariableBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { createDashboard, filter } from '../kit/dashboard.ts'
import { UNPRICED_LIMITS } from '../kit/limits.ts'
import { callsLink, cell, drillUrl, TRACE_LINK, TRACE_PAGE } from '../kit/links.ts'
import { usdExact } from '../kit/money.ts'
import { rankedBars, stat, statText, table } from '../kit/panels.ts'
import { sqlTable } from '../kit/queries.ts'
import { DAYS } from '../kit/ranges.ts'
import {
  ALL,
  chosen,
  costText,
  inOrganisation,
  NO_CALLS,
  named,
  rankedCost,
  USAGE_FILTERS,
  withUsageFilters,
} from '../kit/usage.ts'
import { FROM, TO } from './clicked-bar.ts'

// A chart's series for rows without a name is "(none)", and "legal (acme)" beside another organisation's department of that
// name; the filters' own values are '' and the name alone.
const APART = ['department']
const DIMENSIONS = ['deal_id', 'feature', 'provider', 'model', 'department', 'environment', 'version', 'agent_id']
const WHERE = [
  `created_at >= ${FROM} and created_at < ${TO}`,
  'org_id in ($org_id)',
  ...DIMENSIONS.map(
    (name) =>
      `(${chosen(name)} or ${named(name)} in ($${name})${APART.includes(name) ? ` or ${inOrganisation(name)} in ($${name})` : ''})`,
  ),
].join(' and ')

/** What stands for each call: a reversed line and its reversal cancel each other. */
const CALLS = `
  select org_id, trace_id, span_id, min(created_at) as at, max(deal_id) as deal_id, max(feature) as feature,
    max(department) as department, max(agent_id) as agent_id, max(provider) as provider, max(model) as model,
    sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens, sum(cost_usd) as cost_usd,
    sum(unpriced_calls) as unpriced_calls, sum(calls) as calls, max(latency_ms) as latency, max(status) as status
  from llm_usage where ${WHERE}
  group by org_id, trace_id, span_id
  having sum(calls) > 0 and ('$price' = 'any' or (sum(unpriced_calls) > 0) = ('$price' = 'unpriced'))`

// '' is always an option: a variable without options is no list for `in`.
const option = (name: string, label: string) =>
  filter(
    name,
    label,
    `select ${named('value')} as __text, value as __value
    from (
      select '' as value
      union
      select ${name} from usage_daily where ${DAYS.touched} and org_id in ($org_id)
    ) as options
    order by 1`,
  ).allValue(ALL)

const choice = (name: string, label: string, values: string[]) => {
  const [first = ''] = values
  return new CustomVariableBuilder(name)
    .label(label)
    .values(values.join(','))
    .current({ selected: true, text: first, value: first })
}

const withCallFilters = (dashboard: DashboardBuilder): DashboardBuilder =>
  withUsageFilters(dashboard)
    .withVariable(option('feature', 'Feature'))
    .withVariable(option('provider', 'Provider'))
    .withVariable(option('model', 'Model'))
    .withVariable(choice('price', 'Price', ['any', 'priced', 'unpriced']))
    .withVariable(choice('bar_length', 'Length', ['auto', 'hour', 'day', 'week', 'month']))
    .withVariable(
      new TextBoxVariableBuilder('at')
        .label('Bar at (ms)')
        .defaultValue('')
        .current({ selected: true, text: '', value: '' }),
    )

const small = { width: 8, height: 4, emptyText: NO_CALLS } as const

/** All of this dashboard's: from a part of these calls to that part alone. */
const CALLS_FILTERS = [...USAGE_FILTERS, 'feature', 'provider', 'model', 'price', 'bar_length', 'at']

const ofWhom = (title: string, dimension: 'deal_id' | 'agent_id', name: string) =>
  rankedBars({
    title,
    description: `Cost of these calls by ${name} of each organisation. The eight largest, above them what has no known cost. Click one for its calls alone.`,
    unit: 'currencyUSD',
    width: 12,
    height: 11,
    emptyText: NO_CALLS,
    nullText: 'unpriced',
    link: callsLink({ org_id: cell('organisation'), [dimension]: cell(name) }, CALLS_FILTERS),
    queries: [sqlTable(rankedCost(dimension, name, `(${CALLS}) as calls`))],
  })

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
    statText({
      title: 'Cost of these calls',
      description: 'From the ledger. Calls without a price are not in it.',
      ...small,
      queries: [sqlTable(costText(`(${CALLS}) as calls`))],
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
      thresholds: UNPRICED_LIMITS,
      queries: [
        sqlTable(
          `select case when count(*) > 0 then count(*) filter (where unpriced_calls > 0) end as "unpriced" from (${CALLS}) as calls`,
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
        page: TRACE_PAGE,
        time: [column.width(150)],
        cost: [...column.usdText(), column.width(105)],
        duration: [...column.seconds(), column.width(80)],
        'tokens in': [column.width(85)],
        'tokens out': [column.width(85)],
        feature: [column.width(140)],
        model: [column.width(140)],
        organisation: [column.width(100)],
        deal: [column.width(85)],
        status: [column.width(85)],
        agent: [
          column.width(170),
          column.link(
            'Performance of this agent',
            drillUrl('performance', { org_id: 'organisation', agent_id: 'key' }),
          ),
        ],
        key: column.hidden(),
      },
      queries: [
        sqlTable(`
          select trace_id as trace, trace_id as page, at as "time", ${usdExact('cost_usd')} as cost, latency / 1000.0 as duration, input_tokens as "tokens in",
            output_tokens as "tokens out", feature, model, agent_id as agent, deal_id as deal, org_id as organisation, status, agent_id as key
          from (${CALLS}) as calls
          order by cost_usd desc nulls last, at desc
          limit 200`),
      ],
    }),
  )
  .withRow(new RowBuilder('Of whom'))
  .withPanel(ofWhom('By deal', 'deal_id', 'deal'))
  .withPanel(ofWhom('By agent', 'agent_id', 'agent'))

// "Trace": one trace with what the ledger booked for it and what it logged. Tables of calls link here.
import { RowBuilder, TextBoxVariableBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { createDashboard } from '../kit/dashboard.ts'
import { drillUrl, TRACE_LINK } from '../kit/links.ts'
import { usdExact } from '../kit/money.ts'
import { table, traceView } from '../kit/panels.ts'
import { sqlTable, traceById } from '../kit/queries.ts'

const OF_TRACE = "trace_id = '$trace' and org_id in ($org_id)"
const NO_TRACE = 'Nothing of this trace in this range; is its id in the field above?'
const wide = { unit: 'none', width: 24, emptyText: NO_TRACE } as const
const TIME = column.width(195)
const SPAN = column.width(145)

export const trace = createDashboard({
  uid: 'trace',
  title: 'Trace',
  question: 'What happened in this trace, what was booked for it, and what did it log?',
  from: 'now-7d',
  refresh: '',
})
  .withVariable(
    new TextBoxVariableBuilder('trace')
      .label('Trace id')
      .defaultValue('')
      .current({ selected: true, text: '', value: '' }),
  )
  .withPanel(
    traceView({
      title: 'Spans',
      description: 'Every span of the trace on one time axis. Click a span for its attributes and events.',
      ...wide,
      height: 14,
      queries: [traceById('$trace')],
    }),
  )
  .withRow(new RowBuilder('Booked'))
  .withPanel(
    table({
      title: 'Ledger lines',
      description: 'Every line that was booked for the model calls of this trace, reversals and corrections included.',
      ...wide,
      height: 7,
      columns: {
        time: [TIME],
        span: [SPAN],
        line: [column.width(60)],
        provider: [column.width(95)],
        organisation: [column.width(105)],
        model: [column.width(150)],
        status: [column.width(85)],
        'tokens in': [column.width(85)],
        'tokens out': [column.width(90)],
        price: [column.width(75)],
        cost: [...column.usdText(), column.width(110)],
        key: column.hidden(),
        trace: [TRACE_LINK, column.text('Explore'), column.width(80)],
        agent: [
          column.width(125),
          column.link(
            'Performance of this agent',
            drillUrl('performance', { org_id: 'organisation', agent_id: 'key' }, []),
          ),
        ],
      },
      queries: [
        sqlTable(`
          select created_at as "time", line_kind as line, provider, model, agent_id as agent, status, input_tokens as "tokens in",
            output_tokens as "tokens out", ${usdExact('cost_usd')} as cost, price_status as price, org_id as organisation, span_id as span, trace_id as trace, agent_id as key
          from llm_usage where $__timeFilter(created_at) and ${OF_TRACE}
          order by created_at, span_id, revision
          limit 500`),
      ],
    }),
  )
  .withPanel(
    table({
      title: 'Feature runs',
      description: 'What a person asked for in this trace, and how it ended.',
      ...wide,
      height: 5,
      columns: { time: [TIME], span: [SPAN], duration: column.seconds() },
      queries: [
        sqlTable(`
          select created_at as "time", feature_name as feature, status, deal_id as deal, user_id as "user", duration_ms / 1000 as duration,
            error_message as error, span_id as span
          from feature_usage where $__timeFilter(created_at) and ${OF_TRACE}
          order by created_at
          limit 100`),
      ],
    }),
  )
  .withRow(new RowBuilder('Logged'))
  .withPanel(
    table({
      title: 'Log records',
      description: 'Log records that carry the id of this trace, oldest first.',
      ...wide,
      height: 9,
      columns: { time: [TIME], span: [SPAN], level: [column.width(80)], service: [column.width(120)] },
      queries: [
        sqlTable(`
          select time as "time", level, service_name as service, body as message, span_id as span
          from structured_logs where $__timeFilter(time) and ${OF_TRACE}
          order by time
          limit 500`),
      ],
    }),
  )

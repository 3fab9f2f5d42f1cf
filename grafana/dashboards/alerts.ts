// "Alerts": what fires now, what did, how long did people take, and does alerting itself work?
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { column } from '../kit/column.ts'
import { createDashboard } from '../kit/dashboard.ts'
import { rankedBars, stackedBars, stat, table, thresholdsFrom } from '../kit/panels.ts'
import { sqlSeries, sqlTable } from '../kit/queries.ts'
import { longerThan, timeBucket } from '../kit/ranges.ts'
import { withAlertingPanels } from './alerts-themselves.ts'

// `_platform`: alerts that concern no single organisation. A tenant's login sees its own rows only.
const OURS = `(org_id in ($org_id) or org_id = '_platform')`
const STARTED = `$__timeFilter(starts_at) and ${OURS}`
const STARTED_UNIT = `case when ${longerThan('3 days')} then 'day' else 'hour' end`
const NONE = 'No alert started in this range'
const half = { width: 12, height: 8 } as const
const small = { width: 6, height: 4 } as const
const LINKS = {
  page: [column.link('Acknowledge, snooze, resolve', '${__value.raw}'), column.text('open'), column.width(70)],
  dashboard: [column.link('Open the dashboard', '${__value.raw}'), column.text('open'), column.width(90)],
  runbook: [column.link('What to do', '${__value.raw}'), column.text('open'), column.width(80)],
}
const WIDTHS = {
  since: [column.toTheSecond(), column.width(165)],
  started: [column.toTheSecond(), column.width(165)],
  severity: [column.width(80)],
  status: [column.width(85)],
  alert: [column.width(170)],
  organisation: [column.width(100)],
  value: [column.width(160)],
  'acknowledged by': [column.width(135)],
  'resolved by': [column.width(105)],
  lasted: [column.unit('s'), column.width(80)],
}

const mean = (title: string, description: string, end: string) =>
  stat({
    title,
    description,
    unit: 's',
    ...small,
    decimals: 0,
    emptyText: NONE,
    queries: [
      sqlTable(
        `select extract(epoch from avg(${end} - starts_at))::float8 as "mean" from alert_instances where ${STARTED}`,
      ),
    ],
  })

export const alerts = withAlertingPanels(
  createDashboard({
    uid: 'alerts',
    title: 'Alerts',
    question: 'What fires now, what fired before, and how long did people take?',
    from: 'now-7d',
    refresh: '30s',
  })
    .withRow(new RowBuilder('What fires now'))
    .withPanel(
      stat({
        title: 'Firing now',
        description: 'Alerts that fire at this moment, whatever the time range.',
        unit: 'short',
        ...small,
        thresholds: thresholdsFrom([1, 'red']),
        queries: [sqlTable(`select count(*) as "firing" from alert_instances where status = 'firing' and ${OURS}`)],
      }),
    )
    .withPanel(
      stat({
        title: 'Not acknowledged',
        description: 'Alerts that fire and that nobody has taken on.',
        unit: 'short',
        ...small,
        thresholds: thresholdsFrom([1, 'orange']),
        queries: [
          sqlTable(
            `select count(*) as "open" from alert_instances where status = 'firing' and acknowledged_at is null and ${OURS}`,
          ),
        ],
      }),
    )
    .withPanel(
      mean(
        'Time to acknowledge',
        'From the start of an alert to the acknowledgement, over acknowledged alerts that started in the range.',
        'acknowledged_at',
      ).noValue('No alert was acknowledged'),
    )
    .withPanel(
      mean(
        'Mean time to resolve',
        'From the start of an alert to its end, over ended alerts that started in the range.',
        'ends_at',
      ).noValue('No alert ended'),
    )
    .withPanel(
      table({
        title: 'Firing',
        description:
          'Each alert that fires, the newest first. Its page takes it (acknowledge, snooze, resolve), its runbook says what to do, its dashboard shows the figure.',
        unit: 'none',
        width: 24,
        height: 8,
        emptyText: 'Nothing fires',
        columns: { ...LINKS, ...WIDTHS },
        queries: [
          sqlTable(`
          select date_trunc('second', starts_at) as "since", severity, alert_name as alert, org_id as organisation,
            annotations ->> 'summary' as summary, annotations ->> 'value' as value,
            coalesce(acknowledged_by, '') || case when silenced_until > now() then ' (snoozed)' else '' end as "acknowledged by",
            page_url as page, annotations ->> 'dashboard_url' as dashboard, annotations ->> 'runbook_url' as runbook
          from alert_instances
          where status = 'firing' and ${OURS}
          order by array_position(array['critical', 'warning', 'info'], severity), starts_at desc
          limit 200`),
        ],
      }),
    )
    .withRow(new RowBuilder('What fired'))
    .withPanel(
      stackedBars({
        title: 'Alerts started',
        description: 'Alerts that began to fire, per day or hour, by severity.',
        unit: 'short',
        ...half,
        emptyText: NONE,
        queries: [
          sqlSeries(`
          select ${timeBucket('starts_at', STARTED_UNIT)} as time,
            severity as metric, count(*) as alerts
          from alert_instances where ${STARTED}
          group by 1, 2
          order by 1, 2`),
        ],
      })
        .overrideByName('critical', [column.color('red')])
        .overrideByName('warning', [column.color('orange')])
        .overrideByName('info', [column.color('blue')]),
    )
    .withPanel(
      rankedBars({
        title: 'Most frequent',
        description:
          'Which six alerts began to fire most often. One that often fires and is never acted on should be changed.',
        unit: 'short',
        ...half,
        emptyText: NONE,
        queries: [
          sqlTable(`
          select alert_name as "alert", count(*) as "fired" from alert_instances where ${STARTED}
          group by 1
          order by 2 desc
          limit 6`),
        ],
      }),
    )
    .withPanel(
      table({
        title: 'How long people took',
        description:
          'By alert: how often it fired, was acknowledged and ended, and the mean times to acknowledge and resolve.',
        unit: 'short',
        width: 24,
        height: 8,
        emptyText: NONE,
        columns: { 'to acknowledge': [column.unit('s')], 'to resolve': [column.unit('s')] },
        queries: [
          sqlTable(`
          select alert_name as alert, severity, count(*) as fired, count(acknowledged_at) as acknowledged, count(ends_at) as resolved,
            extract(epoch from avg(acknowledged_at - starts_at))::float8 as "to acknowledge",
            extract(epoch from avg(ends_at - starts_at))::float8 as "to resolve"
          from alert_instances where ${STARTED}
          group by 1, 2
          order by 3 desc`),
        ],
      }),
    )
    .withPanel(
      table({
        title: 'History',
        description: 'The latest alerts of the range with who took them on, who ended them and how long they lasted.',
        unit: 'none',
        width: 24,
        height: 9,
        emptyText: NONE,
        columns: { ...LINKS, ...WIDTHS },
        queries: [
          sqlTable(`
          select date_trunc('second', starts_at) as "started", status, severity, alert_name as alert, org_id as organisation,
            annotations ->> 'summary' as summary, extract(epoch from coalesce(ends_at, now()) - starts_at)::float8 as lasted,
            coalesce(acknowledged_by, '') as "acknowledged by", coalesce(resolved_by, '') as "resolved by",
            coalesce(resolution_note, acknowledge_note, '') as note, page_url as page, annotations ->> 'runbook_url' as runbook
          from alert_instances where ${STARTED}
          order by starts_at desc
          limit 200`),
        ],
      }),
    ),
)

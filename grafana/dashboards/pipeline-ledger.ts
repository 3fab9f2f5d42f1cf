// Panels of "Pipeline health" on booking: the ledger and prices. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'
import { lines, linesWithLimit } from '../kit/panels.ts'
import { promql } from '../kit/queries.ts'

const { pipeline } = ALERTS_CONFIG
const half = { width: 12, height: 8 } as const
const WRITE_DURATION = 'ledger_write_duration_seconds'

const rejected = (match: string) =>
  (['spans', 'logs'] as const).map((signal) =>
    promql(
      `sum by (reason) (increase(ledger_${signal}_rejected_total{${match}}[${pipeline.rejectedWindow}]))`,
      `${signal}: {{reason}}`,
    ),
  )

export const withLedgerPanels = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withRow(new RowBuilder('Booking'))
    .withPanel(
      lines({
        title: 'Spans received and rows booked',
        description: 'Spans the ledger received per second beside the rows it committed, by kind of row.',
        unit: 'cps',
        ...half,
        emptyText: 'The ledger is not scraped',
        queries: [
          promql('sum(rate(ledger_spans_received_total[$__rate_interval]))', 'spans received'),
          promql('sum by (kind) (rate(ledger_rows_booked_total[$__rate_interval]))', '{{kind}} booked'),
        ],
      }),
    )
    .withPanel(
      lines({
        title: 'Waiting for the ledger',
        description:
          'Bytes in the collector for the ledger beside the records it received within five minutes. Bytes without records: it takes nothing in.',
        unit: 'short',
        ...half,
        emptyText: 'Neither the collector nor the ledger is scraped',
        alerts: ['LedgerIngestStalled'],
        queries: [
          promql('sum(otelcol_exporter_queue_size{exporter="otlp_http/ledger"})', 'bytes waiting'),
          promql('sum(increase(ledger_spans_received_total[5m]))', 'spans received'),
          promql('sum(increase(ledger_logs_received_total[5m]))', 'logs received'),
        ],
      }),
    )
    .withPanel(
      linesWithLimit(
        {
          title: 'Commit time',
          description: 'Time from a group of requests being taken up to COMMIT: p50, p95 and p99 over five minutes.',
          unit: 's',
          ...half,
          emptyText: 'Nothing was written',
          alerts: ['LedgerWritesSlow'],
          queries: [0.5, 0.95, 0.99].map((q) =>
            promql(`histogram_quantile(${q}, sum(rate(${WRITE_DURATION}[5m])))`, `p${q * 100}`),
          ),
        },
        [pipeline.writesSlow.seconds, 'orange'],
      ),
    )
    .withPanel(
      lines({
        title: 'Transactions that failed',
        description:
          'Within two minutes, by SQLSTATE, or schema where the database is of another release. They were answered with 503 and the collector repeats them.',
        unit: 'short',
        ...half,
        emptyText: 'No transaction failed',
        alerts: ['LedgerWritesFailing', 'LedgerSchemaMismatch'],
        queries: [promql('sum by (code) (increase(ledger_write_errors_total[2m]))', '{{code}}')],
      }),
    )
    .withPanel(
      lines({
        title: 'Records rejected for good',
        description: `Within ${pipeline.rejectedWindow}, by reason: malformed, for an organisation the sender may not write, or under the id of another span.`,
        unit: 'short',
        ...half,
        emptyText: 'Nothing was rejected',
        alerts: ['LedgerRecordsRejected', 'LedgerSpanConflicts'],
        queries: [
          ...rejected('reason!="timestamp_out_of_range"'),
          promql(
            `sum(increase(ledger_conflicts_total[${pipeline.conflictWindow}]))`,
            'spans: booked before with other content',
          ),
        ],
      }),
    )
    .withPanel(
      lines({
        title: 'Records with a wrong time',
        description: `Within ${pipeline.rejectedWindow}: records from the far future or past, because a sender’s clock is wrong.`,
        unit: 'short',
        ...half,
        emptyText: 'Every clock is right',
        alerts: ['ClockSkew'],
        queries: [
          ...rejected('reason="timestamp_out_of_range"'),
          promql(
            `sum(increase(ledger_spans_ahead_total[${pipeline.rejectedWindow}]))`,
            'spans: booked, over a minute ahead',
          ),
        ],
      }),
    )
    .withRow(new RowBuilder('Calls and prices'))
    .withPanel(
      lines({
        title: 'Calls booked by organisation',
        description:
          'Model calls booked within ten minutes. An organisation that falls to zero may have lost its telemetry.',
        unit: 'short',
        ...half,
        emptyText: 'No model call was booked',
        alerts: ['TenantSilent'],
        queries: [
          promql(
            `sum by (org_id) (increase(ledger_calls_total{org_id=~"$org_id"}[${pipeline.tenantSilent.silentFor}]))`,
            '{{org_id}}',
          ),
        ],
      }).min(0),
    )
    .withPanel(
      lines({
        title: 'Unpriced calls',
        description: `Calls within ${pipeline.unpricedWindow} whose model has no price: their cost is unknown, not zero. Enter the price, then run \`spanledger reprice\`.`,
        unit: 'short',
        ...half,
        emptyText: 'Every call has a price',
        alerts: ['UnpricedModel'],
        queries: [
          promql(
            `sum by (org_id, provider, model) (increase(ledger_unpriced_calls_total{org_id=~"$org_id"}[${pipeline.unpricedWindow}]))`,
            '{{org_id}} {{provider}} {{model}}',
          ),
        ],
      }),
    )
    .withPanel(
      linesWithLimit(
        {
          title: 'Age of the price book',
          description: 'Time since an entry was last recorded in the price book. Providers change prices often.',
          unit: 's',
          ...half,
          emptyText: 'The ledger has not read the price book yet',
          alerts: ['PriceBookStale'],
          queries: [promql('time() - max(ledger_price_book_recorded_timestamp_seconds)', 'age')],
        },
        [pipeline.priceBookMaxAgeDays * 86_400, 'orange'],
      ).min(0),
    )

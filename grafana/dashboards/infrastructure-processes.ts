// Panels of "Infrastructure" on our processes: what each takes of the machine. In: the dashboard. Out: the same, and the
// expressions its first row asks for the worst of. Processes tell these figures of themselves: nothing measures the machine.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { lines } from '../kit/panels.ts'
import { promql } from '../kit/queries.ts'

export const NOT_SCRAPED = 'Nothing is scraped'
const half = { width: 12, height: 8 } as const

/** A figure of each process, whose name depends on the library that tells it; one process tells only one of them. */
const byJob = (...figures: string[]) => `sum by (job) (${figures.join(' or ')})`

/** Cores in use by process. @param window of the rate */
export const CPU = (window: string): string =>
  byJob(
    ...['process_cpu_seconds_total', 'api_process_cpu_seconds_total', 'otelcol_process_cpu_seconds'].map(
      (counter) => `rate(${counter}[${window}])`,
    ),
  )
/** Bytes. */
export const MEMORY = byJob(
  'process_resident_memory_bytes',
  'api_process_resident_memory_bytes',
  'otelcol_process_memory_rss',
)
/** Seconds. */
export const EVENT_LOOP_LAG = 'max by (job) (nodejs_eventloop_lag_p99_seconds or api_nodejs_eventloop_lag_p99_seconds)'
/** Of what the process may open. */
export const OPEN_FILES =
  'max by (job) (process_open_fds / process_max_fds or api_process_open_fds / api_process_max_fds)'

const collections = (counter: string) => `histogram_sum(rate(${counter}[$__rate_interval]))`

export const withProcessPanels = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withRow(new RowBuilder('Processes'))
    .withPanel(
      lines({
        title: 'Processor by process',
        description:
          'Processor time: 100 % is one core. Collector, Prometheus and Alertmanager can use several; an event loop cannot.',
        unit: 'percentunit',
        ...half,
        emptyText: NOT_SCRAPED,
        queries: [promql(CPU('$__rate_interval'), '{{job}}')],
      }).min(0),
    )
    .withPanel(
      lines({
        title: 'Memory by process',
        description: 'Resident memory. A line that climbs for hours and never falls is a leak.',
        unit: 'bytes',
        ...half,
        emptyText: NOT_SCRAPED,
        queries: [promql(MEMORY, '{{job}}')],
      }).min(0),
    )
    .withPanel(
      lines({
        title: 'Event loop lag, p99',
        description:
          'How late the event loops of ledger, api and apps come to their work: 99 % of the turns stay below.',
        unit: 's',
        ...half,
        emptyText: NOT_SCRAPED,
        queries: [promql(EVENT_LOOP_LAG, '{{job}}')],
      }).min(0),
    )
    .withPanel(
      lines({
        title: 'Garbage collection',
        description: 'Share of the time that ledger, api and apps stand still to collect garbage.',
        unit: 'percentunit',
        ...half,
        emptyText: NOT_SCRAPED,
        queries: [
          promql(
            byJob(collections('nodejs_gc_duration_seconds'), collections('api_nodejs_gc_duration_seconds')),
            '{{job}}',
          ),
        ],
      }).min(0),
    )
    .withPanel(
      lines({
        title: 'Files open by process',
        description: 'Files and sockets that are open. Connections that are not given back show here first.',
        unit: 'short',
        ...half,
        emptyText: NOT_SCRAPED,
        queries: [promql(byJob('process_open_fds', 'api_process_open_fds'), '{{job}}')],
      }).min(0),
    )
    .withPanel(
      lines({
        title: 'Restarts',
        description:
          'Starts of each process within ten minutes, its first aside. A line that does not end is a crash loop.',
        unit: 'short',
        ...half,
        emptyText: NOT_SCRAPED,
        queries: [
          promql(
            byJob('changes(process_start_time_seconds[10m])', 'changes(api_process_start_time_seconds[10m])'),
            '{{job}}',
          ),
        ],
      })
        .min(0)
        .axisSoftMax(1),
    )

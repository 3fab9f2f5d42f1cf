// "Infrastructure": does any part of the platform run short of processor, memory, connections or disk?
import { BigValueTextMode } from '@grafana/grafana-foundation-sdk/common'
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'
import { createDashboard } from '../kit/dashboard.ts'
import { siblingUrl } from '../kit/links.ts'
import { type PanelSpec, stat, thresholdsFrom } from '../kit/panels.ts'
import { promqlInstant, sqlTable } from '../kit/queries.ts'
import { withPostgresPanels } from './infrastructure-postgres.ts'
import { CPU, EVENT_LOOP_LAG, MEMORY, NOT_SCRAPED, OPEN_FILES, withProcessPanels } from './infrastructure-processes.ts'
import { withStorePanels } from './infrastructure-stores.ts'

const { queueNearFull } = ALERTS_CONFIG.pipeline
/** From where on people wait that noticeably long for an event loop, in seconds. */
const SLOW_LOOP = thresholdsFrom([0.1, 'orange'], [0.5, 'red'])
/** From where on a limit that nobody can exceed is near. */
const NEAR_LIMIT = thresholdsFrom([0.7, 'orange'], [0.9, 'red'])

const small = { width: 4, height: 4 } as const

/** The worst of all parts, with its name. */
const worst = (spec: Omit<PanelSpec, 'queries' | 'width' | 'height'>, expr: string) =>
  stat({ ...spec, ...small, queries: [promqlInstant(`topk(1, ${expr})`, '{{job}}')] }).textMode(
    BigValueTextMode.ValueAndName,
  )

const firstRow = createDashboard({
  uid: 'infrastructure',
  title: 'Infrastructure',
  question: 'Does any part of the platform run short of processor, memory, connections or disk?',
  from: 'now-1h',
  refresh: '30s',
})
  .withRow(new RowBuilder('Does anything run short?'))
  .withPanel(
    worst(
      {
        title: 'Processor',
        description:
          'Processor time of the busiest process: 100 % is one core all along, which is all an event loop can use.',
        unit: 'percentunit',
        decimals: 0,
        emptyText: NOT_SCRAPED,
      },
      CPU('5m'),
    ),
  )
  .withPanel(
    worst(
      {
        title: 'Memory',
        description: 'Resident memory of the largest process. Postgres and Neo4j are not measured.',
        unit: 'bytes',
        decimals: 0,
        emptyText: NOT_SCRAPED,
      },
      MEMORY,
    ),
  )
  .withPanel(
    worst(
      {
        title: 'Event loop',
        description:
          'The slowest event loop: lag that 99 % of its turns stay below, since the last scrape. Requests wait for it.',
        unit: 's',
        decimals: 0,
        thresholds: SLOW_LOOP,
        emptyText: NOT_SCRAPED,
      },
      EVENT_LOOP_LAG,
    ),
  )
  .withPanel(
    worst(
      {
        title: 'Open files',
        description:
          'Files and sockets a process holds, as a share of what it may: the process that is nearest to its limit.',
        unit: 'percentunit',
        decimals: 1,
        thresholds: NEAR_LIMIT,
        emptyText: NOT_SCRAPED,
      },
      OPEN_FILES,
    ),
  )
  .withPanel(
    stat({
      title: 'Connections',
      description: 'Connections to Postgres, of all clients, as a share of those it takes.',
      unit: 'percentunit',
      ...small,
      decimals: 0,
      thresholds: NEAR_LIMIT,
      emptyText: 'Postgres does not say',
      queries: [
        sqlTable(
          `select sum(numbackends)::float8 / current_setting('max_connections')::int as "connections" from pg_stat_database`,
        ),
      ],
    }),
  )
  .withPanel(
    stat({
      title: 'Fullest queue',
      description: 'Share of the collector’s fullest queue on disk that is in use.',
      unit: 'percentunit',
      ...small,
      decimals: 0,
      thresholds: thresholdsFrom([queueNearFull.ratio, 'orange']),
      emptyText: 'The collector is not scraped',
      link: { title: 'Pipeline health', url: siblingUrl('pipeline-health') },
      queries: [promqlInstant('max(otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)', 'fullest')],
    }),
  )

export const infrastructure = withStorePanels(withPostgresPanels(withProcessPanels(firstRow)))

// "Pipeline health": is every call arriving, and is anything lost, late or refused on the way?
import { RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { createDashboard } from '../kit/dashboard.ts'
import { lines, stat, thresholdsFrom } from '../kit/panels.ts'
import { promql, promqlInstant } from '../kit/queries.ts'
import { withCollectorPanels } from './pipeline-collector.ts'
import { withDatabasePanels } from './pipeline-databases.ts'
import { withLedgerPanels } from './pipeline-ledger.ts'

const up = (title: string, expr: string, description: string) =>
  stat({
    title,
    description,
    unit: 'none',
    width: 4,
    height: 4,
    emptyText: 'not scraped',
    mappings: { 0: { text: 'down' }, 1: { text: 'up' } },
    thresholds: [
      { value: null, color: 'red' },
      { value: 1, color: 'green' },
    ],
    queries: [promqlInstant(expr, title)],
  })

const pipeline = createDashboard({
  uid: 'pipeline-health',
  title: 'Pipeline health',
  question: 'Is every call arriving, and is anything lost, late or refused on the way?',
  from: 'now-1h',
  refresh: '15s',
})
  .withRow(new RowBuilder('Is everything up?'))
  .withPanel(up('Collector', 'up{job="collector"}', 'The collector answers its scrape.'))
  .withPanel(up('Ledger', 'up{job="ledger"}', 'The ledger answers its scrape.'))
  .withPanel(up('API', 'up{job="api"}', 'The api answers its scrape.'))
  .withPanel(up('Neo4j', 'neo4j_up', 'The Bolt probe of Neo4j succeeds.'))
  .withPanel(up('Alertmanager', 'up{job="alertmanager"}', 'Alertmanager answers its scrape.'))
  .withPanel(
    stat({
      title: 'Refused, 1 h',
      description: 'Spans the ledger can never book: malformed, or for an organisation the sender may not write.',
      unit: 'short',
      width: 4,
      height: 4,
      thresholds: thresholdsFrom([1, 'red']),
      queries: [promqlInstant('sum(increase(ledger_spans_rejected_total[1h])) or vector(0)', 'refused')],
    }),
  )
  .withPanel(
    lines({
      title: 'Services up',
      description:
        '1 while a part answers its scrape, 0 while it does not. The collector’s line is the way in for everything.',
      unit: 'short',
      width: 24,
      height: 6,
      emptyText: 'Nothing is scraped',
      alerts: ['CollectorDown', 'ServiceDown'],
      queries: [promql('min by (job) (up{job=~"collector|ledger|api|demo|alertmanager"})', '{{job}}')],
    }).min(0),
  )

export const pipelineHealth = withDatabasePanels(withLedgerPanels(withCollectorPanels(pipeline)))

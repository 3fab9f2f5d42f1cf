// Panels of "GenAI health" on what features promise: how fast their error budgets burn. In: the dashboard. Out: the same.
import { type DashboardBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard'
import { ALERTS_CONFIG } from '../../prometheus/alerts.config.ts'
import { linesWithLimit } from '../kit/panels.ts'
import { promql } from '../kit/queries.ts'

const { slo } = ALERTS_CONFIG
const half = { width: 12, height: 8 } as const

const burn = (kind: 'errors' | 'latency') => {
  const [series, title, what] =
    kind === 'errors'
      ? ['org:feature_errors', 'Feature runs that failed', 'failed']
      : ['org:feature_slow', 'Feature runs that were slow', `took longer than ${slo.latency.slowSeconds} s`]
  const { budget, fastBurn, slowBurn } = slo[kind]
  return linesWithLimit(
    {
      title,
      description: `Share of feature runs that ${what}, over ${slo.fast.long} and ${slo.slow.long}; the objective allows ${budget * 100} %. The lines are the limits of the slow and the fast burn.`,
      unit: 'percentunit',
      ...half,
      emptyText: 'No feature runs in this range',
      alerts: ['Fast', 'Slow'].map((speed) => `SLO${kind === 'errors' ? 'Error' : 'Latency'}BudgetBurn${speed}`),
      queries: [slo.fast.long, slo.slow.long].map((window) =>
        promql(`${series}:ratio${window}{org_id=~"$org_id"}`, `{{org_id}} ${window}`),
      ),
    },
    [slowBurn * budget, 'orange'],
    [fastBurn * budget, 'red'],
  ).min(0)
}

export const withFeaturePromises = (dashboard: DashboardBuilder): DashboardBuilder =>
  dashboard
    .withRow(new RowBuilder('Do features keep their promise?'))
    .withPanel(burn('errors'))
    .withPanel(burn('latency'))

// Every panel's query of every dashboard runs against the real Prometheus and Postgres; panels that must have data have.
import { beforeAll, describe, expect, test } from 'vitest'
import { pollUntil } from '../../support/poll.ts'
import { readDashboards, runPanelQuery, type Target } from '../panel-queries.ts'
import type { World } from '../world.ts'

// Panels that are empty on a healthy stack without traffic of that kind; each says so in its own text (noValue).
export const MAY_BE_EMPTY: ReadonlySet<string> = new Set([
  'usage-and-cost / Recent errors',
  // no trace is chosen
  'trace / Ledger lines',
  'trace / Feature runs',
  'trace / Log records',
  // no budget is set, and there were no days before today
  'cost-management / Budgets',
  'cost-management / Spend against the average',
  'usage-and-cost / Why it changed, by model',
  // the demo app does not know its users
  'usage-analytics / Runs per person',
  // no chat was streamed
  'performance / p95 to the first token',
  'genai-health / p95 to the first chunk',
  'genai-health / Time to the first chunk, p95',
  // nothing failed
  'genai-health / Failed calls by error',
  'neo4j-health / Failed graph queries',
  'query-metrics / Searches that found little',
  'pipeline-health / Dropped on the way to Tempo',
  'pipeline-health / Failed sends by branch',
  'pipeline-health / Records refused by the collector',
  'pipeline-health / Records rejected for good',
  'pipeline-health / Records with a wrong time',
  'pipeline-health / Redis errors',
  'pipeline-health / Span metrics beyond their limit',
  'pipeline-health / Telemetry lost in applications',
  'pipeline-health / Transactions that failed',
  'pipeline-health / Unpriced calls',
  'pipeline-health / Vector search errors',
  // a chat that the keyword search answers asks no cache
  'query-metrics / Cache hits',
  'query-metrics / Cache hits over time',
  'query-metrics / Caches compared',
  // nothing measures it here: no rate limit in the answers, no Postgres in the demo, span metrics come every 15 s
  'genai-health / Rate limit used',
  'genai-health / Cache hits',
  'pipeline-health / Postgres queries of applications, p95',
  'infrastructure / Rate limits of providers',
  'infrastructure / Redis',
  'infrastructure / Vector searches',
  // no alert fired, or none was acted on
  'alerts / Alerts started',
  'alerts / Firing',
  'alerts / History',
  'alerts / How long people took',
  'alerts / Time to acknowledge',
  'alerts / Mean time to resolve',
  'alerts / Most frequent',
  'alerts / Failed notifications',
  'alerts / Rules that failed',
])

/** A subquery with steps of a minute has its first point at the next full minute. */
const DATA_WITHIN_MS = 75_000

export const dashboardSuite = (world: () => World) =>
  describe('dashboards', () => {
    // A rate is known once a counter grew between two scrapes.
    beforeAll(async () => {
      await pollUntil(
        'rates of model calls and feature runs',
        async () => {
          await world().chat({ orgId: 'acme', dealId: 'falcon' }, 'What does the contract say about notice?')
          for (const metric of ['gen_ai_client_operation_duration_seconds', 'spanledger_feature_duration_seconds']) {
            expect(
              await world().promql(`sum(histogram_count(increase(${metric}{org_id="acme"}[5m])))`),
              metric,
            ).toBeGreaterThan(0)
          }
        },
        { timeoutMs: 60_000, everyMs: 1_000 },
      )
    }, 70_000)

    for (const { title, uid, panels, variables } of readDashboards()) {
      const requireValues = async (target: Target) =>
        expect(await runPanelQuery(world(), target, variables)).toBeGreaterThan(0)
      for (const panel of panels) {
        const name = `${uid} / ${panel.title}`
        test(`${title}: "${panel.title}" runs${MAY_BE_EMPTY.has(name) ? '' : ' and has data'}`, async () => {
          for (const target of panel.targets) {
            if (MAY_BE_EMPTY.has(name)) await runPanelQuery(world(), target, variables)
            // Recorded series and rates appear within a few evaluations.
            else
              await pollUntil(`values of ${target.refId}`, () => requireValues(target), { timeoutMs: DATA_WITHIN_MS })
          }
          if (MAY_BE_EMPTY.has(name)) expect(panel.fieldConfig?.defaults?.noValue, 'says why it is empty').toBeTruthy()
        })
      }
    }
  })

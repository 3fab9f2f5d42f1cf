// Every panel's query of every dashboard runs against the real Prometheus and Postgres; panels that must have data have.
import { describe, expect, test } from 'vitest'
import { readDashboards, runPanelQuery } from '../panel-queries.ts'
import type { World } from '../world.ts'

// Panels that are empty on a healthy stack without traffic of that kind; each says so in its own text (noValue).
const MAY_BE_EMPTY = new Set([
  'usage-and-cost / Recent errors',
  'pipeline-health / Failed sends by branch',
  'pipeline-health / Records refused by the collector',
  'pipeline-health / Unpriced calls',
])

export const dashboardSuite = (world: () => World) =>
  describe('dashboards', () => {
    for (const { title, uid, panels, variables } of readDashboards()) {
      for (const panel of panels) {
        const name = `${uid} / ${panel.title}`
        test(`${title}: "${panel.title}" runs${MAY_BE_EMPTY.has(name) ? '' : ' and has data'}`, async () => {
          for (const target of panel.targets) {
            const values = await runPanelQuery(world(), target, variables)
            if (!MAY_BE_EMPTY.has(name)) expect(values, target.refId).toBeGreaterThan(0)
          }
          if (MAY_BE_EMPTY.has(name)) expect(panel.fieldConfig?.defaults?.noValue, 'says why it is empty').toBeTruthy()
        })
      }
    }
  })

// The traffic the series budget is meant for. In: captured telemetry. Out: model calls and feature runs of a hundred
// organisations with fifty deals each, in two features with two models.
import { traceFeature, traceModelCall, withTenant } from '../../instrumentation/index.ts'
import { DEFAULT_LABEL_LIMITS } from '../../instrumentation/metrics/labels.ts'
import type { Captured } from './telemetry.ts'

const ORGANISATIONS = 100
const DEALS = 50
export const HUNDRED_ORGANISATIONS_CALLS = ORGANISATIONS * DEALS

/** With the limits an app has by default. */
export async function runHundredOrganisations(telemetry: Captured): Promise<void> {
  telemetry.setLabelLimits(DEFAULT_LABEL_LIMITS)
  for (let org = 0; org < ORGANISATIONS; org++) {
    for (let deal = 0; deal < DEALS; deal++) {
      await withTenant({ orgId: `org-${org}`, dealId: `deal-${deal}` }, () =>
        traceFeature(deal % 2 ? 'chat' : 'search', () =>
          traceModelCall({ provider: 'p', model: deal % 3 ? 'small' : 'large' }, (call) =>
            call.setUsage({ inputTokens: 1, outputTokens: 1 }),
          ),
        ),
      )
    }
  }
}

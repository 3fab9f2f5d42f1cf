// All case tables by rule group.
import type { AlertCase } from './alert-case.ts'
import { ALERTING_CASES } from './alerting.ts'
import { COLLECTOR_CASES } from './collector.ts'
import { COST_CASES } from './cost.ts'
import { DEPENDENCY_CASES } from './dependencies.ts'
import { GENAI_CASES } from './genai.ts'
import { GENAI_PROVIDER_CASES } from './genai-providers.ts'
import { LEDGER_CASES } from './ledger.ts'
import { SLO_CASES } from './slo.ts'

export const ALERT_CASES: Readonly<Record<string, readonly AlertCase[]>> = {
  slo: SLO_CASES,
  genai: [...GENAI_CASES, ...GENAI_PROVIDER_CASES],
  dependencies: DEPENDENCY_CASES,
  cost: COST_CASES,
  collector: COLLECTOR_CASES,
  ledger: LEDGER_CASES,
  alerting: ALERTING_CASES,
}

// All rule groups. In: the config table. Out: the groups.
import type { RuleGroup } from './alert-rule.ts'
import { ALERTS_CONFIG, type AlertsConfig } from './alerts.config.ts'
import { createAlertingRules } from './definitions/alerting.ts'
import { createCollectorRules } from './definitions/collector.ts'
import { createCostRules } from './definitions/cost.ts'
import { createDependencyRules } from './definitions/dependencies.ts'
import { createGenAIRules } from './definitions/genai.ts'
import { createLedgerRules } from './definitions/ledger.ts'
import { createSloRules } from './definitions/slo.ts'

export const createRuleGroups = (config: AlertsConfig = ALERTS_CONFIG): readonly RuleGroup[] => [
  createSloRules(config),
  createGenAIRules(config),
  createDependencyRules(config),
  createCostRules(config),
  createCollectorRules(config),
  createLedgerRules(config),
  createAlertingRules(config),
]

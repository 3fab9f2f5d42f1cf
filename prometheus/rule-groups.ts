// All rule groups, in the order in which they are evaluated. In: the config table. Out: the groups.
import type { RuleGroup } from './alert-rule.ts'
import { ALERTS_CONFIG } from './alerts.config.ts'
import { createNeo4jRules } from './definitions/neo4j.ts'

export const createRuleGroups = (config = ALERTS_CONFIG): readonly RuleGroup[] => [createNeo4jRules(config)]

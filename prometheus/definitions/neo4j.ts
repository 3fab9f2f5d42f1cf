// Alerts on the graph database, from the api's Bolt probe. In: the config table. Out: a rule group.
import type { RuleGroup } from '../alert-rule.ts'
import type { ALERTS_CONFIG } from '../alerts.config.ts'

export const createNeo4jRules = ({ neo4j }: typeof ALERTS_CONFIG): RuleGroup => ({
  name: 'neo4j',
  alerts: [
    {
      name: 'Neo4jDown',
      topic: 'neo4j',
      severity: 'critical',
      expr: 'neo4j_up{job="api"} == 0',
      for: neo4j.downFor,
      summary: 'Neo4j does not answer',
      description: `The Bolt probe of the api has failed for ${neo4j.downFor} (neo4j_up is {{ $value }}). Chats are answered without the graph.`,
      value: 'neo4j_up = {{ $value }}',
      action: 'Check that the Neo4j process runs and its disk is not full, then restart it.',
      dashboard: { uid: 'pipeline-health' },
    },
  ],
})

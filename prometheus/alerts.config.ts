// Every threshold and window of the alerts, in one table. In: nothing. Out: the table the rules are generated from
// (`node prometheus/generate.ts` after a change). Ratios are 0–1, durations Prometheus durations, money USD.
export const ALERTS_CONFIG = {
  neo4j: { downFor: '30s' },
} as const

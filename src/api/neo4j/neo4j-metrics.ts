// Metrics of the Neo4j probe. They exist only where a Neo4j is configured: without one, `neo4j_up` 0 would be a lie.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

export type Neo4jMetrics = ReturnType<typeof createNeo4jMetrics>

export function createNeo4jMetrics(registry: Registry) {
  const registers = [registry]
  const metrics = {
    up: new Gauge({ name: 'neo4j_up', help: '1 when Neo4j answered the last probe in time.', registers }),
    pingSeconds: new Gauge({
      name: 'neo4j_ping_seconds',
      help: 'Round trip of the last probe, when it was answered.',
      registers,
    }),
    querySeconds: new Histogram({
      name: 'neo4j_query_seconds',
      help: 'Time of the probe’s query over the store counters.',
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 3],
      registers,
    }),
    probes: new Counter({
      name: 'neo4j_probes_total',
      help: 'Probes by outcome: ok, timeout, unreachable, refused, failed.',
      labelNames: ['outcome'] as const,
      registers,
    }),
    connections: new Gauge({
      name: 'neo4j_connections',
      help: 'Bolt connections the server holds, by client; the size of each client’s pool.',
      labelNames: ['client'] as const,
      registers,
    }),
    transactions: new Gauge({
      name: 'neo4j_transactions',
      help: 'Transactions running, the probe’s left out.',
      registers,
    }),
    storeNodes: new Gauge({ name: 'neo4j_store_nodes', help: 'Nodes in the store.', registers }),
    storeRelationships: new Gauge({
      name: 'neo4j_store_relationships',
      help: 'Relationships in the store.',
      registers,
    }),
  }
  // A new gauge reads 0; before the first probe there is nothing to read.
  metrics.up.remove()
  metrics.pingSeconds.remove()
  return metrics
}

// Asks Neo4j over Bolt whether it lives. In: URL, user, password, interval. Out: neo4j_* metrics; an error is an outcome,
// never an exception. One probe at a time; a probe slower than the timeout counts as down.
import neo4j, { type Driver } from 'neo4j-driver'
import type { Logger } from '../../shared/logger.ts'
import type { Neo4jMetrics } from './neo4j-metrics.ts'

export interface ProbeOptions {
  url: string
  user: string
  password: string
  timeoutMs: number
}

export type ProbeOutcome = 'ok' | 'timeout' | 'unreachable' | 'refused' | 'failed'

/** At most this many clients keep a name; the rest are `_other`. */
const CLIENTS_NAMED = 10

export function createNeo4jProbe(options: ProbeOptions, metrics: Neo4jMetrics, logger: Logger) {
  const driver: Driver = neo4j.driver(options.url, neo4j.auth.basic(options.user, options.password), {
    maxConnectionPoolSize: 2,
    connectionTimeout: options.timeoutMs,
    connectionAcquisitionTimeout: options.timeoutMs,
    maxTransactionRetryTime: 0,
    userAgent: 'spanledger-api-probe',
    disableLosslessIntegers: true,
  })
  let last: ProbeOutcome | undefined

  const probe = async (): Promise<ProbeOutcome> => {
    const outcome = await withTimeout(pingSeconds(driver), options.timeoutMs).then(
      (seconds) => {
        // Set here, not where it is measured: an answer after the timeout must not count as this probe's.
        metrics.pingSeconds.set(seconds)
        return 'ok' as const
      },
      (error: unknown) => {
        if (last === 'ok' || last === undefined) logger.warn({ err: error }, 'Neo4j does not answer')
        return outcomeOf(error)
      },
    )
    metrics.up.set(outcome === 'ok' ? 1 : 0)
    if (outcome !== 'ok') metrics.pingSeconds.remove()
    metrics.probes.inc({ outcome })
    if (outcome === 'ok' && last !== undefined && last !== 'ok') logger.info('Neo4j answers again')
    last = outcome
    // Only the ping decides about up and down: a busy server that is slow with its own figures lives.
    if (outcome === 'ok') {
      await withTimeout(measure(driver, metrics, options.timeoutMs), options.timeoutMs).catch((error: unknown) =>
        logger.debug({ err: error }, 'Neo4j did not give its figures'),
      )
    }
    return outcome
  }
  return { probe, close: () => driver.close() }
}

async function pingSeconds(driver: Driver): Promise<number> {
  const session = driver.session()
  try {
    const startedMs = performance.now()
    await session.run('return 1')
    return (performance.now() - startedMs) / 1000
  } finally {
    await session.close().catch(() => undefined)
  }
}

async function measure(driver: Driver, metrics: Neo4jMetrics, timeoutMs: number): Promise<void> {
  const session = driver.session()
  // The server gives up by itself as well, so that no query of ours outlives its probe.
  const run = (query: string) => session.run(query, {}, { timeout: timeoutMs })
  try {
    const startedMs = performance.now()
    // Both counts are kept by the store, so this reads two counters and walks nothing.
    const counts = await run(
      'call () { match (n) return count(n) as nodes } call () { match ()-[r]->() return count(r) as relationships } return nodes, relationships',
    )
    metrics.querySeconds.observe((performance.now() - startedMs) / 1000)
    const [row] = counts.records
    metrics.storeNodes.set(row?.get('nodes') as number)
    metrics.storeRelationships.set(row?.get('relationships') as number)
    const clients = await run('call dbms.listConnections() yield userAgent return userAgent, count(*) as connections')
    setConnections(
      metrics,
      clients.records.map((record) => ({
        client: String(record.get('userAgent')),
        count: record.get('connections') as number,
      })),
    )
    const running = await run('show transactions yield currentQuery return count(*) as running')
    metrics.transactions.set(Math.max(0, (running.records[0]?.get('running') as number) - 1))
  } finally {
    await session.close().catch(() => undefined)
  }
}

/** Client names come from whoever connects: only the busiest few become label values. */
export function setConnections(metrics: Neo4jMetrics, clients: { client: string; count: number }[]): void {
  const sorted = [...clients].sort((a, b) => b.count - a.count || (a.client < b.client ? -1 : 1))
  metrics.connections.reset()
  for (const { client, count } of sorted.slice(0, CLIENTS_NAMED))
    metrics.connections.inc({ client: client.slice(0, 64) }, count)
  const rest = sorted.slice(CLIENTS_NAMED).reduce((sum, { count }) => sum + count, 0)
  if (rest > 0) metrics.connections.set({ client: '_other' }, rest)
}

class ProbeTimeout extends Error {}

function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ProbeTimeout(`no answer within ${timeoutMs} ms`)), timeoutMs)
  })
  return Promise.race([work, timeout]).finally(() => clearTimeout(timer))
}

export function outcomeOf(error: unknown): Exclude<ProbeOutcome, 'ok'> {
  if (error instanceof ProbeTimeout) return 'timeout'
  const code = String((error as { code?: unknown }).code ?? '')
  if (code === 'ServiceUnavailable' || code === 'SessionExpired' || code === 'ECONNREFUSED') return 'unreachable'
  return code.startsWith('Neo.ClientError.Security') ? 'refused' : 'failed'
}

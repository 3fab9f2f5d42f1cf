// The Bolt probe against a real Neo4j that is stopped and started again.
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNeo4jMetrics, type Neo4jMetrics } from '../../src/api/neo4j/neo4j-metrics.ts'
import { createNeo4jProbe, outcomeOf, setConnections } from '../../src/api/neo4j/probe.ts'
import { createLogger } from '../../src/shared/logger.ts'
import { hasNeo4j, startTestNeo4j, type TestNeo4j } from '../support/neo4j-server.ts'
import { pollUntil } from '../support/poll.ts'

const logger = createLogger('api', 'silent')
const read = async (registry: Registry, name: string) => {
  const metric = registry.getSingleMetric(name)
  return (await metric?.get())?.values.map(({ labels, value }): { client?: string; value: number } => ({
    ...labels,
    value,
  }))
}

describe.skipIf(!hasNeo4j())('the probe of a real Neo4j', () => {
  const registry = new Registry()
  let server: TestNeo4j
  let metrics: Neo4jMetrics
  let probe: ReturnType<typeof createNeo4jProbe>

  beforeAll(async () => {
    server = await startTestNeo4j()
    metrics = createNeo4jMetrics(registry)
    probe = createNeo4jProbe({ url: server.url, user: 'neo4j', password: 'any', timeoutMs: 5_000 }, metrics, logger)
  }, 300_000)
  afterAll(async () => {
    await probe?.close()
    await server?.close()
  }, 60_000)

  it('says nothing before the first probe', async () => {
    expect(await read(registry, 'neo4j_up')).toEqual([])
  })

  it('is up, with ping time, query time, connections and store counts', async () => {
    await pollUntil('a first answer in time', async () => expect(await probe.probe()).toBe('ok'))
    expect(await read(registry, 'neo4j_up')).toEqual([{ value: 1 }])
    const [ping] = (await read(registry, 'neo4j_ping_seconds')) ?? []
    expect(ping?.value).toBeGreaterThan(0)
    expect(ping?.value).toBeLessThan(5)
    await pollUntil('its own figures, which a cold server gives late', async () => {
      await probe.probe()
      expect(await read(registry, 'neo4j_connections')).toEqual([
        expect.objectContaining({ client: 'spanledger-api-probe' }),
      ])
    })
    expect(await read(registry, 'neo4j_store_nodes')).toEqual([{ value: 0 }])
  })

  it('is down within the timeout when Neo4j is stopped, and up again when it is back', async () => {
    await server.stop()
    const startedMs = performance.now()
    expect(['unreachable', 'timeout']).toContain(await probe.probe())
    // Of a driver that is left alone a caller hears after a minute.
    expect(performance.now() - startedMs).toBeLessThan(30_000)
    expect(await read(registry, 'neo4j_up')).toEqual([{ value: 0 }])
    expect(await read(registry, 'neo4j_ping_seconds')).toEqual([])
    await server.start()
    await pollUntil('the probe to be answered again', async () => expect(await probe.probe()).toBe('ok'))
    expect(await read(registry, 'neo4j_up')).toEqual([{ value: 1 }])
  }, 300_000)
})

describe('the probe', () => {
  it('tells refused from unreachable from failed', () => {
    expect(outcomeOf({ code: 'Neo.ClientError.Security.Unauthorized' })).toBe('refused')
    expect(outcomeOf({ code: 'ServiceUnavailable' })).toBe('unreachable')
    expect(outcomeOf({ code: 'Neo.ClientError.Statement.SyntaxError' })).toBe('failed')
  })

  it('gives names to the ten busiest clients only', async () => {
    const registry = new Registry()
    setConnections(
      createNeo4jMetrics(registry),
      Array.from({ length: 13 }, (_, index) => ({ client: `client-${index}`, count: 20 - index })),
    )
    const values = (await read(registry, 'neo4j_connections')) ?? []
    expect(values).toHaveLength(11)
    expect(values.find((one) => one.client === '_other')?.value).toBe(10 + 9 + 8)
  })
})

// The demo app against a real Neo4j that is stopped and started under it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsonOf, type RunningDemo, startDemo } from '../support/demo.ts'
import { hasNeo4j, startTestNeo4j, type TestNeo4j } from '../support/neo4j-server.ts'
import { pollUntil } from '../support/poll.ts'

describe.skipIf(!hasNeo4j())('with a real Neo4j', () => {
  let graph: TestNeo4j
  let demo: RunningDemo

  beforeAll(async () => {
    graph = await startTestNeo4j()
    demo = await startDemo({ DEMO_NEO4J_URL: graph.url })
  }, 300_000)

  afterAll(async () => {
    await demo?.close()
    await graph?.close()
  }, 60_000)

  const askSupplier = async (deal: 'falcon' | 'atlas') =>
    jsonOf(await demo.post(deal, '/api/chat', { message: 'What do we know about Okada Motors?' }))

  it('answers with facts of the deal, and of that deal alone', async () => {
    await pollUntil('the graph to be seeded', async () => {
      expect(await askSupplier('falcon')).toMatchObject({
        facts: ['Okada Motors supplies Falcon Robotics'],
        degraded: [],
      })
    })
    expect((await askSupplier('atlas')).facts).toEqual([])
  })

  it('goes on without it while it is stopped, and writes what waited when it is back', async () => {
    await graph.stop()
    const started = performance.now()
    const during = await askSupplier('falcon')
    expect(during).toMatchObject({ facts: [], degraded: [{ part: 'graph' }] })
    expect(during.answer).toContain('Okada Motors')
    // It did not wait for the driver's own patience, a minute.
    expect(performance.now() - started).toBeLessThan(30_000)
    const uploaded = await demo.call('falcon', '/api/documents?name=deal.txt', {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain' },
      body: 'Hanse Capital owns Okada Motors.',
    })
    expect(await jsonOf(uploaded)).toMatchObject({ degraded: [{ part: 'graph' }] })
    expect(uploaded.status).toBe(201)
    await graph.start()
    await pollUntil('the waiting facts to arrive', async () => {
      const { facts } = await askSupplier('falcon')
      expect(facts).toEqual(
        expect.arrayContaining(['Hanse Capital owns Okada Motors', 'Okada Motors supplies Falcon Robotics']),
      )
    })
  }, 300_000)
})

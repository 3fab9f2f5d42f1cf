// Calls of the pg and Neo4j drivers are spans of their tenant without code changes, and still do what they did.
import { expect, inject, it } from 'vitest'
import { hasNeo4j, startTestNeo4j } from '../../support/neo4j-server.ts'
import { startOtlpSink } from '../../support/otlp-sink.ts'
import { receivedBy, startTracedApp } from '../../support/traced-app.ts'

async function spansOf(args: string[]) {
  const sink = await startOtlpSink()
  const app = startTracedApp('databases.mjs', { endpoint: sink.url, args })
  expect(await app.ended, app.output()).toBe(0)
  await sink.close()
  return { spans: receivedBy(sink, 'traces'), output: app.output() }
}

it('a query to Postgres is a span of its tenant', async () => {
  const { spans } = await spansOf([inject('postgresUrl'), ''])
  const query = spans.find(({ name }) => name.startsWith('pg.query'))
  expect(query?.attributes).toMatchObject({ org_id: 'acme', deal_id: 'falcon' })
  expect(query?.traceId).toBe(spans.find(({ name }) => name === 'ask')?.traceId)
})

it.skipIf(!hasNeo4j())(
  'every way of asking Neo4j is one span, without the query text',
  async () => {
    const neo4j = await startTestNeo4j()
    try {
      const { spans, output } = await spansOf([inject('postgresUrl'), neo4j.url])
      expect(output).toContain('[3,0,[42],1,"Neo.ClientError.Statement.SyntaxError"]')
      const asked = spans.filter(({ attributes }) => attributes['db.system.name'] === 'neo4j')
      expect(
        asked.map(({ name, attributes }) => [name, attributes['db.response.returned_rows'], attributes['error.type']]),
      ).toEqual([
        ['UNWIND neo4j', '3', undefined],
        ['MATCH neo4j', '0', undefined],
        ['RETURN neo4j', '1', undefined],
        ['RETURN neo4j', '1', undefined],
        ['THIS neo4j', undefined, 'Neo.ClientError.Statement.SyntaxError'],
      ])
      for (const { attributes } of asked) expect(attributes.org_id).toBe('acme')
      expect(JSON.stringify(asked)).not.toMatch(/Deal|secret/)
    } finally {
      await neo4j.close()
    }
  },
  240_000,
)

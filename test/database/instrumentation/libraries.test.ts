// Each library the preload names, with the real part behind it, in an ES module app and in a CommonJS app: what one request
// becomes, all of it in one trace of one tenant.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { hasNeo4j, startTestNeo4j } from '../../support/neo4j-server.ts'
import { type OtlpSink, startOtlpSink } from '../../support/otlp-sink.ts'
import { pollUntil } from '../../support/poll.ts'
import { redisServer, startTestRedis } from '../../support/redis-server.ts'
import { portOf, type ReceivedItem, receivedBy, startTracedApp } from '../../support/traced-app.ts'

const redisProgram = redisServer()
const cleanUp: (() => Promise<unknown>)[] = []
let redisUrl = ''
let boltUrl = ''
beforeAll(async () => {
  if (redisProgram) {
    const redis = await startTestRedis(redisProgram)
    cleanUp.push(redis.stop)
    redisUrl = redis.url
  }
  if (hasNeo4j()) {
    const neo4j = await startTestNeo4j()
    cleanUp.push(() => neo4j.close())
    boltUrl = neo4j.url
  }
}, 300_000)
afterAll(() => Promise.all(cleanUp.map((stop) => stop())))

describe.each(['libraries.mjs', 'libraries.cjs'])('%s', (file) => {
  let sink: OtlpSink
  let spans: ReceivedItem[]
  let logs: ReceivedItem[]
  let answers: Record<string, number>
  beforeAll(async () => {
    sink = await startOtlpSink()
    const app = startTracedApp(file, { endpoint: sink.url, args: [inject('postgresUrl'), redisUrl, boltUrl] })
    try {
      const port = await portOf(app)
      const response = await fetch(`http://127.0.0.1:${port}/ask`)
      answers = (await response.json()) as Record<string, number>
      const traceId = response.headers.get('x-trace-id')
      const mine = (items: ReceivedItem[]) => items.filter((item) => item.traceId === traceId)
      await pollUntil('the request and its log line', () => {
        spans = mine(receivedBy(sink, 'traces'))
        logs = mine(receivedBy(sink, 'logs'))
        expect(spans.map(({ name }) => name)).toContain('GET /ask')
        expect(logs).toHaveLength(1)
      })
    } finally {
      app.child.kill('SIGKILL')
      await app.ended
    }
  }, 60_000)
  afterAll(() => sink.close())

  const named = (name: string | RegExp) =>
    spans.filter((span) => (typeof name === 'string' ? span.name === name : name.test(span.name)))
  const by = (kind: string) => (span: ReceivedItem) =>
    `${span.attributes['url.full'] ?? span.attributes['http.url'] ?? ''}`.endsWith(`?by=${kind}`)

  it('node:http and Express: the request, its handler', () => {
    expect(named('GET /ask')[0]?.attributes).toMatchObject({ org_id: 'acme', deal_id: 'falcon', 'http.route': '/ask' })
    const handlers = named('request handler').map(({ attributes }) => attributes['http.route'])
    expect(handlers.sort()).toEqual(['/ask', '/other', '/other'])
  })

  it('node:http: a call of another service, and its request over there', () => {
    expect([answers.http, spans.filter(by('http')).length]).toEqual([200, 1])
  })

  it('fetch: the same', () => {
    expect([answers.fetch, spans.filter(by('fetch')).length]).toEqual([200, 1])
    expect(named('GET /other')).toHaveLength(2)
  })

  it('pg: the query', () => {
    expect(answers.pg).toBe(1)
    expect(named(/^pg\.query/)).toHaveLength(1)
  })

  it.skipIf(!redisProgram)('ioredis: each command, without its values', () => {
    expect(answers.redis).toBe('hidden-value'.length)
    const commands = spans.filter(({ attributes }) => attributes['db.system.name'] === 'redis')
    expect(commands.map(({ name }) => name)).toEqual(['connect', 'set', 'get', 'quit'])
    expect(JSON.stringify(spans)).not.toContain('hidden-value')
  })

  it.skipIf(!hasNeo4j())('neo4j-driver: the query', () => {
    expect(answers.neo4j).toBe(1)
    expect(named('RETURN neo4j')).toHaveLength(1)
  })

  it('pino: the line, with trace, tenant and deal', () => {
    expect(logs[0]).toMatchObject({ name: 'answered', attributes: { org_id: 'acme', deal_id: 'falcon' } })
  })

  it('all of them of the tenant', () => {
    const own = spans.filter(({ attributes }) => attributes['http.route'] !== '/other')
    expect(own.length).toBeGreaterThan(5)
    expect(own.filter(({ attributes }) => attributes.org_id !== 'acme').map(({ name }) => name)).toEqual([])
  })
})

it.skipIf(!hasNeo4j())('every way of asking Neo4j is one span, without the query text', async () => {
  const sink = await startOtlpSink()
  const app = startTracedApp('neo4j.mjs', { endpoint: sink.url, args: [boltUrl] })
  expect(await app.ended, app.output()).toBe(0)
  await sink.close()
  expect(app.output()).toContain('[3,0,[42],1,"Neo.ClientError.Statement.SyntaxError"]')
  const asked = receivedBy(sink, 'traces').filter(({ attributes }) => attributes['db.system.name'] === 'neo4j')
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
})

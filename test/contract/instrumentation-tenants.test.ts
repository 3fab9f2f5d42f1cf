// Two hundred requests of twenty organisations at once, through a real app with the preload: no span and no log line of one
// has an id of another.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.ts'
import { pollUntil } from '../support/poll.ts'
import { portOf, receivedBy, startTracedApp } from '../support/traced-app.ts'

const REQUESTS = 200
const ORGANISATIONS = 20
// Not its requests to the model, which stands in the same process: a span named POST is also that of the model's server.
const SPANS = ['GET /chat', 'feature chat', 'chat gpt-5-mini']

let sink: OtlpSink
beforeAll(async () => {
  sink = await startOtlpSink()
})
afterAll(() => sink.close())

it('200 concurrent requests of 20 organisations have only their own id, on every span and log line', async () => {
  const app = startTracedApp('server.mjs', { endpoint: sink.url })
  try {
    const url = `http://127.0.0.1:${await portOf(app)}/chat`
    const orgOfTrace = new Map<string, string>()
    const ask = async (index: number) => {
      const org = `org-${index % ORGANISATIONS}`
      const response = await fetch(url, { headers: { 'x-test-org': org } })
      expect(response.status).toBe(200)
      orgOfTrace.set(response.headers.get('x-trace-id') ?? '', org)
    }
    await Promise.all(Array.from({ length: REQUESTS }, (_, index) => ask(index)))
    expect(orgOfTrace.size).toBe(REQUESTS)
    const [spans, logs] = await pollUntil('all spans and log lines', () => {
      const found = receivedBy(sink, 'traces').filter(({ name }) => SPANS.includes(name))
      const lines = receivedBy(sink, 'logs')
      expect([found.length, lines.length]).toEqual([REQUESTS * SPANS.length, REQUESTS * 2])
      return [found, lines]
    })
    const foreign = [...spans, ...logs].filter(
      ({ traceId, attributes }) => attributes.org_id !== orgOfTrace.get(traceId),
    )
    expect(foreign).toEqual([])
    // The control: they were under way at once, in one process.
    expect(new Set(spans.map(({ attributes }) => attributes.org_id)).size).toBe(ORGANISATIONS)
  } finally {
    app.child.kill('SIGKILL')
    await app.ended
  }
}, 120_000)

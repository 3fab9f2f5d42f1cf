// Model calls that nobody waits for, in real processes: what happens to the process is what happens without telemetry,
// and what was paid for is booked.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.ts'
import { pollUntil } from '../support/poll.ts'
import { type ProviderServer, startProviderServer } from '../support/provider-server.ts'
import { receivedBy, startTracedApp } from '../support/traced-app.ts'

let sink: OtlpSink
let providers: ProviderServer
beforeAll(async () => {
  sink = await startOtlpSink()
  providers = await startProviderServer()
})
afterAll(async () => {
  await sink.close()
  await providers.stop()
})

describe('a model call that fails and that nobody waits for', () => {
  const run = async (client: string, care: string, preload?: false) => {
    const baseUrl = providers.baseUrl(client.split(' ', 1)[0] ?? '', 'server-error')
    const app = startTracedApp('unawaited-call.mjs', {
      endpoint: sink.url,
      args: [client, baseUrl, care],
      ...(preload === false && { preload }),
    })
    const code = await app.ended
    // The stack names the files of the preload too; what went wrong is the line of the error.
    return { code, error: /^\S*Error: .*$/m.exec(app.output())?.[0], caught: app.output().includes('CAUGHT') }
  }

  it.each([
    'openai chat',
    'openai responses',
    'openai embeddings',
    'openai parse',
    'anthropic messages',
    'google generate',
  ])('ends the process, as without telemetry: %s', async (client) => {
    const [traced, bare] = await Promise.all([run(client, 'nobody cares'), run(client, 'nobody cares', false)])
    expect(traced).toEqual(bare)
    expect(traced).toEqual({ code: 1, error: expect.any(String), caught: false })
  })

  it.each([
    ['openai chat', 'caught'],
    ['anthropic messages', 'caught late'],
    ['openai chat', 'raw'],
  ])('goes on when the rejection of %s is %s', async (client, care) => {
    expect(await run(client, care)).toEqual({ code: 0, error: undefined, caught: true })
  })
})

describe('a model call whose answer nobody reads', () => {
  it.each([
    ['the process runs dry', 'acme', 0],
    ['it is told to end', 'globex', 'SIGTERM'],
  ] as const)('is a call of its tenant all the same when %s', async (_, org, end) => {
    const app = startTracedApp('unread-calls.mjs', {
      endpoint: sink.url,
      args: [
        providers.baseUrl('openai', 'plain'),
        providers.baseUrl('openai', 'stream'),
        org,
        ...(end ? ['stay'] : []),
      ],
    })
    if (end) {
      await pollUntil('its calls to be made', () => expect(app.output()).toContain('READY'))
      app.child.kill(end)
    }
    expect(await app.ended).toBe(end)
    const calls = receivedBy(sink, 'traces').flatMap(({ attributes: a }) =>
      a.org_id === org && a['gen_ai.provider.name'] === 'openai'
        ? [
            [
              a['gen_ai.request.model'],
              a['gen_ai.usage.input_tokens'],
              a['spanledger.usage.partial'],
              a['spanledger.stream.outcome'],
            ],
          ]
        : [],
    )
    expect(calls.sort()).toEqual([
      ['awaited', '1843', undefined, undefined],
      ['not-awaited', '7', true, 'abandoned'],
      ['raw-and-left-alone', '7', true, 'abandoned'],
      ['stream-not-read', '7', true, 'abandoned'],
    ])
  })
})

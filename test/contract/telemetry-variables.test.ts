// The standard OTEL_* variables, one effect each, seen from outside a preloaded process.

import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTracedApp } from '../support/traced-app.ts'

interface Received {
  path: string
  headers: IncomingHttpHeaders
  /** The body, unpacked, as characters: names in protobuf are readable. */
  text: string
}

let received: Received[] = []
let server: Server
let url: string
/** Paths that are never answered. */
let silent: string | undefined
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const path = request.url ?? ''
      if (path === '/headers') return void response.end(JSON.stringify(request.headers))
      const body = Buffer.concat(chunks)
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
      received.push({ path, headers: request.headers, text: plain.toString('latin1') })
      if (path !== silent) response.writeHead(200).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  received = []
  silent = undefined
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

/** Runs the app to its end. */
async function run(env: Record<string, string>, args: string[] = []): Promise<string> {
  const app = startTracedApp('variables.mjs', { endpoint: url, env, args })
  expect(await app.ended, app.output()).toBe(0)
  return app.output()
}

const to = (path: string) => received.filter((request) => request.path === path)
const paths = () => [...new Set(received.map(({ path }) => path))].sort()
const ALL = ['/v1/logs', '/v1/metrics', '/v1/traces']
const traces = () =>
  to('/v1/traces')
    .map(({ text }) => text)
    .join('')

describe('which signals go where', () => {
  it('without more than an endpoint: all three, as protobuf', async () => {
    await run({})
    expect(paths()).toEqual(ALL)
    for (const { headers } of received) expect(headers['content-type']).toBe('application/x-protobuf')
  })

  it('OTEL_SDK_DISABLED=true: none', async () => {
    await run({ OTEL_SDK_DISABLED: 'true' })
    expect(received).toEqual([])
  })

  it.each(['TRACES', 'METRICS', 'LOGS'])('OTEL_%s_EXPORTER=none: the others', async (signal) => {
    await run({ [`OTEL_${signal}_EXPORTER`]: 'none' })
    expect(paths()).toEqual(ALL.filter((path) => path !== `/v1/${signal.toLowerCase()}`))
  })

  it('OTEL_TRACES_EXPORTER=console: printed, and sent only when otlp is named too', async () => {
    expect(await run({ OTEL_TRACES_EXPORTER: 'console' })).toContain("name: 'chat m'")
    expect(paths()).not.toContain('/v1/traces')
    await run({ OTEL_TRACES_EXPORTER: 'console,otlp' })
    expect(paths()).toContain('/v1/traces')
  })

  it.each(['TRACES', 'METRICS', 'LOGS'])(
    'OTEL_EXPORTER_OTLP_%s_ENDPOINT: that signal, path and all',
    async (signal) => {
      await run({ [`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]: `${url}/own/path` })
      expect(paths()).toEqual(['/own/path', ...ALL.filter((path) => path !== `/v1/${signal.toLowerCase()}`)])
    },
  )
})

describe('how they are sent', () => {
  it('OTEL_EXPORTER_OTLP_HEADERS, and more for one signal', async () => {
    await run({
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20t,x-a=1',
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'x-a=2',
    })
    expect(received.map(({ headers }) => headers.authorization)).toEqual(received.map(() => 'Bearer t'))
    expect([to('/v1/traces')[0]?.headers['x-a'], to('/v1/logs')[0]?.headers['x-a']]).toEqual(['1', '2'])
  })

  it('OTEL_EXPORTER_OTLP_COMPRESSION=gzip, other for one signal', async () => {
    await run({ OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip', OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'none' })
    const encodings = ALL.map((path) => to(path)[0]?.headers['content-encoding'])
    expect(encodings).toEqual(['gzip', undefined, 'gzip'])
    expect(traces()).toContain('chat m')
  })

  it('OTEL_EXPORTER_OTLP_PROTOCOL=http/json, other for one signal', async () => {
    await run({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'http/protobuf' })
    const types = ALL.map((path) => to(path)[0]?.headers['content-type'])
    expect(types).toEqual(['application/x-protobuf', 'application/json', 'application/json'])
    expect(JSON.parse(to('/v1/traces')[0]?.text ?? '')).toHaveProperty('resourceSpans')
  })

  it('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: how long an answer is awaited', async () => {
    const startedAt = performance.now()
    silent = '/v1/traces'
    expect(await run({ OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '100' })).toMatch(/time[d ]*out/i)
    // Without it, 30 s.
    expect(performance.now() - startedAt).toBeLessThan(25_000)
    silent = undefined
    expect(await run({ OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '20000' })).not.toMatch(/time[d ]*out/i)
  })

  it('OTEL_BSP_MAX_EXPORT_BATCH_SIZE: spans a request', async () => {
    await run({ OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1' })
    expect(to('/v1/traces')).toHaveLength(4)
  })
})

describe('what they say', () => {
  it('OTEL_SERVICE_NAME before OTEL_RESOURCE_ATTRIBUTES', async () => {
    await run({ OTEL_SERVICE_NAME: 'named', OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,team=deals%20desk' })
    for (const path of ALL) {
      expect(to(path)[0]?.text).toMatch(/service\.name[^a-z]+named/)
      expect(to(path)[0]?.text).toMatch(/team[^a-z]+deals desk/)
    }
  })

  it.each([
    ['always_off', {}, false],
    ['traceidratio', { OTEL_TRACES_SAMPLER_ARG: '0' }, false],
    ['parentbased_traceidratio', { OTEL_TRACES_SAMPLER_ARG: '1' }, true],
  ])('OTEL_TRACES_SAMPLER=%s %o: metrics count the calls all the same', async (sampler, arg, sent) => {
    await run({ OTEL_TRACES_SAMPLER: sampler, ...arg })
    expect(paths().includes('/v1/traces')).toBe(sent)
    expect(
      to('/v1/metrics')
        .map(({ text }) => text)
        .join(''),
    ).toContain('gen_ai.client.operation.duration')
  })

  it('OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: attributes the app sets', async () => {
    await run({ OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4' })
    expect(traces()).toContain('abcd')
    expect(traces()).not.toContain('abcde')
  })

  it('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: attributes the app sets; usage and tenant stay', async () => {
    await run({ OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '5' })
    expect(traces()).toContain('app.long')
    expect(traces()).not.toContain('app.third')
    expect(traces()).toContain('gen_ai.usage.input_tokens')
  })

  it.each([
    ['tracecontext', ['traceparent']],
    ['b3', ['b3']],
    ['b3multi', ['x-b3-sampled', 'x-b3-spanid', 'x-b3-traceid']],
    ['none', []],
  ])('OTEL_PROPAGATORS=%s: headers of outgoing requests', async (propagators, names) => {
    const output = await run({ OTEL_PROPAGATORS: propagators }, [`${url}/headers`])
    const headers = JSON.parse(/^\{"host.*$/m.exec(output)?.[0] ?? '{}') as Record<string, string>
    expect(
      Object.keys(headers)
        .filter((name) => /traceparent|b3/.test(name))
        .sort(),
    ).toEqual(names)
    expect(headers.host).toBeDefined()
  })

  it('OTEL_LOG_LEVEL: what the telemetry says on standard error', async () => {
    const unreachable = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_EXPORTER_OTLP_TIMEOUT: '200' }
    expect(await run({ ...unreachable, OTEL_LOG_LEVEL: 'none' })).not.toContain('ECONNREFUSED')
    expect(await run({ ...unreachable, OTEL_LOG_LEVEL: 'debug' })).toContain('ECONNREFUSED')
  })

  it.each(['OTEL_CONFIG_FILE', 'OTEL_METRICS_EXEMPLAR_FILTER'])('%s: is said to have no effect', async (name) => {
    expect(await run({ [name]: '/etc/otel.yaml' })).toContain(`${name} is not supported`)
    expect(paths()).toEqual(ALL)
  })
})

describe('the README’s table of standard variables', () => {
  it('names each one this file sets', () => {
    const readme = readFileSync(new URL('../../instrumentation/README.md', import.meta.url), 'utf8')
    const set = new Set(readFileSync(new URL(import.meta.url), 'utf8').match(/OTEL_[A-Z_0-9]*[A-Z]/g))
    const general = (name: string) => name.replace(/^(OTEL_EXPORTER_OTLP)_(?:TRACES|METRICS|LOGS)_/, '$1_')
    expect(
      [...set]
        .map(general)
        .filter((name) => !readme.includes(`\`${name}\``) && !/^OTEL(?:_EXPORTER_OTLP)?$/.test(name)),
    ).toEqual([])
    expect(set.size).toBeGreaterThan(15)
  })
})

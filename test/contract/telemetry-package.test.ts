// The package as an application team gets it: packed, installed into an empty app, preloaded, seen by a collector; under
// this Node and the oldest supported one; and the README's starts, run as they are written.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { OLDEST_NODE, olderNode } from '../support/older-node.ts'
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.ts'
import { pollUntil } from '../support/poll.ts'
import { type ProviderServer, startProviderServer } from '../support/provider-server.ts'
import { portOf, type ReceivedItem, receivedBy, startTracedApp } from '../support/traced-app.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'spanledger-package-'))
const oldest = await olderNode()
let tarball: string
let sink: OtlpSink
let models: ProviderServer

// What stands for the app's own in the README's starts; the caller names the organisation in the query.
const AUTH = `
export const userOf = (request) => ({ orgId: new URL(request.url, 'http://app').searchParams.get('org'), dealId: 'falcon', id: 'u-1' })
export const authenticate = (req, _res, next) => { req.user = userOf(req); next() }
`
const SERVE_FETCH = `
import { createServer } from 'node:http'
import handler from './fetch-handler.js'
const server = createServer(async (req, res) => {
  const request = new Request('http://app' + req.url, { method: req.method, body: req, duplex: 'half' })
  res.end(await (await handler.fetch(request)).text())
}).listen(0, '127.0.0.1', () => console.log('PORT=' + server.address().port))
`
const SERVE_QUEUE = `
import express from 'express'
import { tenantMiddleware } from 'spanledger/instrumentation'
import { userOf } from './auth.js'
import { enqueue, work } from './queue-worker.js'
const jobs = { add: async (_name, data) => setImmediate(() => work(JSON.parse(JSON.stringify(data)))) }
const app = express()
app.use(tenantMiddleware((req) => { const { orgId, dealId } = userOf(req); return { orgId, dealId } }))
app.post('/', async (_req, res) => { await enqueue(jobs, 'd-1'); res.json({ text: 'queued' }) })
const server = app.listen(0, '127.0.0.1', () => console.log('PORT=' + server.address().port))
`

beforeAll(async () => {
  sink = await startOtlpSink()
  models = await startProviderServer()
  const { stdout } = await run(process.execPath, ['instrumentation/package.ts', directory], { cwd: root })
  tarball = stdout.trim()
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >
  const versions = { ...devDependencies, ...dependencies }
  const app = {
    name: 'app',
    private: true,
    type: 'module',
    dependencies: { spanledger: `file:${tarball}` } as Record<string, string>,
  }
  for (const name of ['express', 'openai', 'pino', 'ws']) app.dependencies[name] = versions[name] ?? ''
  writeFileSync(join(directory, 'package.json'), JSON.stringify(app))
  for (const file of ['server.mjs', 'server.cjs', 'script.mjs', 'own-start.mjs', 'own-start.cjs']) {
    copyFileSync(join(root, 'test/fixtures/apps', file), join(directory, file))
  }
  const readme = readFileSync(join(root, 'instrumentation/README.md'), 'utf8')
  for (const [, source = '', file = ''] of readme.matchAll(/```js\n(\/\/ ([a-z-]+\.js)[\s\S]*?)```/g)) {
    writeFileSync(join(directory, file), source)
  }
  writeFileSync(join(directory, 'auth.js'), AUTH)
  writeFileSync(join(directory, 'serve-fetch.js'), SERVE_FETCH)
  writeFileSync(join(directory, 'serve-queue.js'), SERVE_QUEUE)
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'], { cwd: directory })
}, 240_000)
afterAll(async () => {
  await sink.close()
  await models.stop()
  rmSync(directory, { recursive: true, force: true })
}, 60_000)

const start = (
  file: string,
  node: string,
  args: string[] = [],
  env: Record<string, string> = {},
  preload: string | false = 'spanledger/register',
) =>
  startTracedApp(join(directory, file), {
    endpoint: sink.url,
    cwd: directory,
    preload,
    library: 'spanledger/instrumentation',
    node,
    args,
    env: { PORT: '0', OPENAI_API_KEY: 'test', OPENAI_BASE_URL: models.baseUrl('openai', 'stream'), ...env },
  })

const spansOf = (org: string) => receivedBy(sink, 'traces').filter(({ attributes }) => attributes.org_id === org)

const waitForSpans = (org: string, names: string[]): Promise<ReceivedItem[]> =>
  pollUntil(`${names} of ${org}`, () => {
    const spans = spansOf(org)
    expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
    return spans
  })

describe.each([
  ['this Node', process.execPath],
  [`Node ${OLDEST_NODE}`, oldest],
])('the installed package under %s', (label, node) => {
  const org = (name: string) => `${name}-${label}`.replaceAll(/[^a-z0-9.]+/gi, '-')

  it.skipIf(!node).each([
    ['an ES module', 'server.mjs', ['chat gpt-5-mini', 'GET /chat', 'feature chat', 'POST']],
    ['CommonJS', 'server.cjs', ['chat m', 'GET /chat']],
  ])('gives an app that is %s its spans, logs and metrics', async (kind, file, names) => {
    const app = start(file, node ?? '')
    try {
      const port = await portOf(app)
      const tenant = org(kind)
      const response = await fetch(`http://127.0.0.1:${port}/chat`, { headers: { 'x-test-org': tenant } })
      expect(response.status).toBe(200)
      const spans = await waitForSpans(tenant, names)
      expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([response.headers.get('x-trace-id')]))
      await pollUntil('its log line and a metric point', () => {
        for (const signal of ['logs', 'metrics'] as const) {
          expect(receivedBy(sink, signal).map(({ attributes }) => attributes.org_id)).toContain(tenant)
        }
      })
    } finally {
      app.child.kill('SIGKILL')
      await app.ended
    }
  })

  it.skipIf(!node)('starts a CommonJS app every time', async () => {
    // Where its require() met an import under way, Node 22.15 crashed three times of ten.
    for (let time = 1; time <= 8; time++) {
      const app = start('server.cjs', node ?? '')
      try {
        await portOf(app)
      } finally {
        app.child.kill('SIGKILL')
        await app.ended
      }
    }
  })

  it.skipIf(!node).each([
    ['an ES module', 'own-start.mjs'],
    ['CommonJS', 'own-start.cjs'],
  ])(
    'instruments what an app that is %s loads after its own startTelemetry(), or says what to do',
    async (kind, file) => {
      const tenant = org(`own ${kind}`)
      const app = start(file, node ?? '', [tenant], {}, false)
      expect(await app.ended, app.output()).toBe(0)
      const cannot = node === oldest && file.endsWith('.mjs')
      expect(app.output().includes('start the app with node --import spanledger/register')).toBe(cannot)
      if (cannot) return
      const spans = await waitForSpans(tenant, ['chat gpt-4.1-mini', 'GET /chat'])
      const [traceId] = new Set(spans.map((span) => span.traceId))
      expect(app.output()).toContain(`"trace_id":"${traceId}"`)
    },
  )

  it.skipIf(!node).each([
    ['runs dry', 0],
    ['exits', 4],
    ['unhandled rejection', 1],
    ['awaits what never comes', 13],
  ])('leaves how a process ends as it is: %s', async (way, code) => {
    expect(await start('script.mjs', node ?? '', [way]).ended).toBe(code)
  })

  it.skipIf(!node).each([
    [
      'Express',
      'express-app.js',
      '/api/chat',
      ['POST /api/chat', 'feature chat', 'stage retrieve', 'vector_search', 'graph_query', 'chat gpt-4.1-mini'],
    ],
    ['a fetch handler', 'serve-fetch.js', '/', ['feature chat', 'chat gpt-4.1-mini']],
    ['a queue’s worker', 'serve-queue.js', '/', ['job index', 'feature document_index', 'chat small']],
  ])('runs the README’s start: %s', async (kind, file, path, names) => {
    const app = start(file, node ?? '')
    try {
      const tenant = org(kind)
      const response = await fetch(`http://127.0.0.1:${await portOf(app)}${path}?org=${tenant}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ question: 'What is the net debt?' }),
      })
      expect(await response.json()).toEqual({ text: expect.stringMatching(/^(?:Net debt|queued)/) })
      const spans = await waitForSpans(tenant, names)
      expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
    } finally {
      app.child.kill('SIGKILL')
      await app.ended
    }
  })

  it.skipIf(!node)('runs the README’s start: WebSocket, through a refusal of the provider', async () => {
    const app = start('websocket-app.js', node ?? '', [], { OPENAI_BASE_URL: models.baseUrl('openai', 'rate-limit') })
    try {
      const address = `ws://127.0.0.1:${await portOf(app)}/?org=`
      const bystander = new WebSocket(`${address}${org('bystander')}`)
      await once(bystander, 'open')
      const socket = new WebSocket(`${address}${org('refused')}`)
      await once(socket, 'open')
      socket.send('one?')
      const [answer] = await once(socket, 'message')
      expect(String(answer)).toBe('Something went wrong, please try again.')
      expect(app.output()).toContain('RateLimitError')
      await waitForSpans(org('refused'), ['websocket message'])
      // The process goes on, and with it every other organisation's connection.
      expect([app.child.exitCode, bystander.readyState]).toEqual([null, WebSocket.OPEN])
    } finally {
      app.child.kill('SIGKILL')
      await app.ended
    }
  })

  it.skipIf(!node)('runs the README’s start: WebSocket', async () => {
    const app = start('websocket-app.js', node ?? '')
    try {
      const tenant = org('ws')
      const socket = new WebSocket(`ws://127.0.0.1:${await portOf(app)}/?org=${tenant}`)
      const answers: string[] = []
      socket.on('open', () => {
        for (const text of ['one?', 'two?']) socket.send(text)
      })
      socket.on('message', (data) => answers.push(String(data)))
      await pollUntil('two answers', () => expect(answers).toHaveLength(2))
      socket.close()
      const messages = await pollUntil('a trace a message', () => {
        const found = spansOf(tenant).filter(({ name }) => name === 'websocket message')
        expect(found).toHaveLength(2)
        return found
      })
      expect(new Set(messages.map(({ traceId }) => traceId)).size).toBe(2)
    } finally {
      app.child.kill('SIGKILL')
      await app.ended
    }
  })
})

describe('the package', () => {
  it('holds JavaScript with its types, the README, the telemetry contract and the licence, and nothing else', async () => {
    const { stdout } = await run('tar', ['-tzf', tarball])
    const files = stdout
      .trim()
      .split('\n')
      .map((file) => file.replace(/^package\//, ''))
    expect(files).toEqual(
      expect.arrayContaining([
        'README.md',
        'TELEMETRY.md',
        'LICENSE',
        'package.json',
        'instrumentation/index.js',
        'instrumentation/index.d.ts',
        'instrumentation/register.js',
      ]),
    )
    const other = files.filter(
      (file) =>
        !/^(?:README\.md|TELEMETRY\.md|LICENSE|package\.json|(?:instrumentation|src\/shared)\/.*\.(?:js|d\.ts))$/.test(
          file,
        ),
    )
    expect(other).toEqual([])
    expect(files.filter((file) => /\/package\.js|telemetry-md|test|bench/.test(file))).toEqual([])
  })

  it('has type declarations that check in a strict project', async () => {
    writeFileSync(
      join(directory, 'check.mts'),
      "import { traceModelCall, withTenant } from 'spanledger/instrumentation'\n" +
        "export const answer: Promise<number> = withTenant({ orgId: 'acme' }, () => traceModelCall({ provider: 'p', model: 'm' }, () => 42))\n",
    )
    const tsc = join(root, 'node_modules/.bin/tsc')
    const args = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2024', 'check.mts']
    await expect(run(tsc, args, { cwd: directory })).resolves.toBeDefined()
  })
})

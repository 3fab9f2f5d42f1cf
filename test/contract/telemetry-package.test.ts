// The package as an application team gets it: packed, installed into an empty app, preloaded, seen by a collector.
import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.ts'
import { pollUntil } from '../support/poll.ts'
import { portOf, receivedBy, startTracedApp } from '../support/traced-app.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'spanledger-package-'))
let sink: OtlpSink

beforeAll(async () => {
  sink = await startOtlpSink()
  const { stdout } = await run(process.execPath, ['instrumentation/package.ts', directory], { cwd: root })
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >
  const versions = { ...devDependencies, ...dependencies }
  const app = {
    name: 'app',
    private: true,
    dependencies: { spanledger: `file:${stdout.trim()}` } as Record<string, string>,
  }
  for (const name of ['express', 'openai', 'pino']) app.dependencies[name] = versions[name] ?? ''
  writeFileSync(join(directory, 'package.json'), JSON.stringify(app))
  for (const file of ['server.mjs', 'server.cjs']) {
    copyFileSync(join(root, 'test/fixtures/apps', file), join(directory, file))
  }
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'], { cwd: directory })
}, 180_000)
afterAll(async () => {
  await sink.close()
  rmSync(directory, { recursive: true, force: true })
})

describe('the installed package', () => {
  it.each([
    ['ES module', 'server.mjs', 'chat gpt-5-mini'],
    ['CommonJS', 'server.cjs', 'chat m'],
  ])('gives an app in %s its spans', async (kind, file, callSpan) => {
    const app = startTracedApp(join(directory, file), {
      endpoint: sink.url,
      cwd: directory,
      preload: 'spanledger/register',
      library: 'spanledger/instrumentation',
    })
    try {
      const port = await portOf(app)
      const org = kind.replace(' ', '-')
      const response = await fetch(`http://127.0.0.1:${port}/chat`, { headers: { 'x-test-org': org } })
      expect(response.status).toBe(200)
      await pollUntil(`${callSpan} of ${org}`, () => {
        const spans = receivedBy(sink, 'traces').filter(({ attributes }) => attributes.org_id === org)
        expect(spans.map(({ name }) => name)).toEqual(expect.arrayContaining([callSpan, 'GET /chat']))
      })
    } finally {
      app.child.kill('SIGKILL')
      await app.ended
    }
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

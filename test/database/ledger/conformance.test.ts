// Every conformance vector against our ledger, and the ones that are not ours alone against the real Collector, which
// shows that the vectors ask for OTLP and not for what we happen to do.
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { componentPath } from '../../../stack/components.ts'
import { runVector } from '../../conformance/run-vector.ts'
import { conformanceVectors } from '../../conformance/vectors.ts'
import { startLedger, type TestLedger, withClient } from '../../support/ledger.ts'
import { tracesJson } from '../../support/otlp/messages.ts'
import { pollUntil } from '../../support/poll.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import { freePorts } from '../../support/third-party.ts'

const vectors = conformanceVectors()
let database: TestDatabase
let ledger: TestLedger

beforeAll(async () => {
  database = await createTestDatabase()
  ledger = await startLedger(database)
})
afterAll(async () => {
  await ledger?.close()
  await database?.drop()
})

it('has at least 60 vectors, each with a name of its own', () => {
  expect(vectors.length).toBeGreaterThanOrEqual(60)
  expect(new Set(vectors.map(({ name }) => name)).size).toBe(vectors.length)
})

describe('the ledger', () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', async (_name, vector) => {
    expect(await runVector(ledger.url, ledger.token, vector)).toEqual([])
  })
})

it('keeps ids in lower case, whatever case they come in: the second is the first one again', async () => {
  const ids = { traceId: 'AbCdEf01'.repeat(4), spanId: '0123ABCD'.repeat(2) }
  const upper = tracesJson([{ ...ids, startTimeUnixNano: BigInt(Date.now()) * 1_000_000n }])
  const lower = JSON.parse(JSON.stringify(upper).replace(ids.traceId, ids.traceId.toLowerCase()))
  for (const message of [upper, lower]) {
    expect((await ledger.post('/v1/traces', JSON.stringify(message))).status).toBe(200)
  }
  const { rows } = await withClient(database.ownerUrl, (client) =>
    client.query('select trace_id, span_id from trace_spans where lower(trace_id) = $1', [ids.traceId.toLowerCase()]),
  )
  expect(rows).toEqual([{ trace_id: ids.traceId.toLowerCase(), span_id: ids.spanId.toLowerCase() }])
})

describe('the suite itself (control)', () => {
  const otelcol = builtCollector()
  it.skipIf(!otelcol)('asks only for what the real Collector does, where the rule is OTLP', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'spanledger-conformance-'))
    const port = (await freePorts(1))[0] as number
    const config = join(directory, 'collector.json')
    await writeFile(config, JSON.stringify(collectorConfig(port)))
    const collector = spawn(otelcol as string, ['--config', config], { stdio: 'ignore' })
    try {
      const url = `http://127.0.0.1:${port}`
      await pollUntil('the collector listens', () => fetch(url))
      const failed: string[] = []
      for (const vector of vectors.filter(({ rule }) => rule === 'OTLP')) {
        const problems = await runVector(url, undefined, vector)
        if (problems.length > 0) failed.push(`${vector.name}: ${problems.join(', ')}`)
      }
      expect(failed).toEqual([])
    } finally {
      collector.kill('SIGKILL')
      await rm(directory, { recursive: true, force: true })
    }
  })

  it('fails an endpoint that answers everything with 200', async () => {
    const { createServer } = await import('node:http')
    const server = createServer((request, response) => request.resume().on('end', () => response.end()))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const failed = await Promise.all(
      vectors.map(async (vector) => (await runVector(`http://127.0.0.1:${port}`, 'x', vector)).length > 0),
    )
    server.closeAllConnections()
    server.close()
    expect(failed.filter(Boolean).length).toBeGreaterThan(50)
  })
})

function builtCollector(): string | undefined {
  try {
    return componentPath('otelcol')
  } catch {
    return undefined
  }
}

const collectorConfig = (port: number) => ({
  receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
  exporters: { debug: {} },
  service: {
    telemetry: { metrics: { level: 'none' }, logs: { level: 'error' } },
    pipelines: {
      traces: { receivers: ['otlp'], exporters: ['debug'] },
      logs: { receivers: ['otlp'], exporters: ['debug'] },
    },
  },
})

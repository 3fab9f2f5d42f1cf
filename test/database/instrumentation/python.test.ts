// Python services join by speaking OTLP: both examples through the real collector into the ledger, as priced rows.
import { execFile, execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createModelServer } from '../../../src/demo/model-server/server.ts'
import { seedPrices } from '../../../src/ledger/price/seed-prices.ts'
import { componentPath } from '../../../stack/components.ts'
import { createTestCollector, INGEST_TOKEN, type TestCollector } from '../../support/collector.ts'
import { startLedger, type TestLedger, withClient } from '../../support/ledger.ts'
import { pollUntil } from '../../support/poll.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import type { RunningProgram } from '../../support/third-party.ts'

const run = promisify(execFile)
const examples = fileURLToPath(new URL('../../../examples/python/', import.meta.url))

const works = (check: () => unknown): boolean => {
  try {
    check()
    return true
  } catch {
    return false
  }
}
const missing = [
  ['Python 3', () => execFileSync('python3', ['-c', 'import venv, ensurepip'], { stdio: 'ignore' })],
  ['the collector', () => componentPath('otelcol')],
].flatMap(([name, check]) => (works(check as () => unknown) ? [] : [name as string]))

/** An environment of its own, kept between runs beside the other third-party parts. */
async function pythonPath(): Promise<string> {
  const requirements = readFileSync(join(examples, 'requirements.txt'))
  const version = createHash('sha256').update(requirements).digest('hex').slice(0, 12)
  const directory = join(process.env.SPANLEDGER_CACHE ?? join(homedir(), '.cache/spanledger'), `python-${version}`)
  if (!existsSync(join(directory, 'complete'))) {
    await run('python3', ['-m', 'venv', '--clear', directory])
    await run(join(directory, 'bin/pip'), ['install', '-q', '-r', join(examples, 'requirements.txt')])
    await run('touch', [join(directory, 'complete')])
  }
  return join(directory, 'bin/python')
}

describe.skipIf(missing.length > 0)(
  `Python examples${missing.length > 0 ? ` (missing: ${missing.join(', ')})` : ''}`,
  () => {
    let database: TestDatabase
    let ledger: TestLedger
    let collector: TestCollector
    let program: RunningProgram
    let models: Server
    let python: string

    beforeAll(async () => {
      python = await pythonPath()
      database = await createTestDatabase()
      await withClient(database.ownerUrl, seedPrices)
      ledger = await startLedger(database)
      models = createModelServer({ pace: { firstTokenMs: 0, chunkMs: 0 } }).listen(0, '127.0.0.1')
      collector = await createTestCollector({
        ledger: ledger.url,
        prometheus: 'http://127.0.0.1:9',
        tempo: '127.0.0.1:9',
        env: { LEDGER_TOKEN: ledger.token },
      })
      program = await collector.start()
    }, 180_000)
    afterAll(async () => {
      await program?.stop()
      collector?.removeFiles()
      models?.closeAllConnections()
      models?.close()
      await ledger?.close()
      await database?.drop()
    })

    const book = async (file: string, org: string) => {
      const { port } = models.address() as AddressInfo
      await run(python, [join(examples, file), org, 'falcon'], {
        env: {
          PATH: process.env.PATH,
          OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.otlpUrl,
          OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${INGEST_TOKEN}`,
          OTEL_SERVICE_NAME: 'python-example',
        },
      })
      const client = new pg.Client({ connectionString: database.ownerUrl })
      await client.connect()
      try {
        return await pollUntil(`the row of ${org}`, async () => {
          const { rows } = await client.query(
            `select deal_id, feature, model, input_tokens::int, output_tokens::int, price_status, cost_usd > 0 as costs, certainty
             from llm_usage where org_id = $1`,
            [org],
          )
          expect(rows).toHaveLength(1)
          return rows[0] as Record<string, unknown>
        })
      } finally {
        await client.end()
      }
    }

    it.each([
      ['plain OpenTelemetry', 'plain.py', 'py-plain'],
      ['OpenInference', 'with_openinference.py', 'py-openinference'],
    ])('%s becomes one priced row of its tenant', async (_name, file, org) => {
      expect(await book(file, org)).toEqual({
        deal_id: 'falcon',
        feature: 'chat',
        model: 'gemini-2.5-flash',
        input_tokens: 12,
        output_tokens: expect.any(Number),
        price_status: 'priced',
        costs: true,
        certainty: 'measured',
      })
    })
  },
)

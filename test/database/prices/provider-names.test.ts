// Operators write providers as they know them; calls are booked under one name for each.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClients } from '../../support/database-clients.ts'
import { startLedger } from '../../support/ledger.ts'
import { tracesProtobuf } from '../../support/otlp/messages.ts'
import { spanledger } from '../../support/spanledger-cli.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
const clients = createClients()
const owner = (text: string, values?: unknown[]) => clients.rows(database.ownerUrl, text, values)
const cli = (...args: string[]) => spanledger(database.ownerUrl, args)
const providersOf = async (pattern: string) =>
  (await owner('select distinct provider from model_prices where model_pattern = $1 order by 1', [pattern])).map(
    ({ provider }) => provider,
  )

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(async () => {
  await clients.end()
  await database?.drop()
})

test('a price set for gemini prices the calls a library reports as gemini', async () => {
  const set = await cli('prices', 'set', '--provider', 'gemini', '--model', 'own-1', '--input', '3', '--output', '0')
  expect(set).toMatchObject({ code: 0, stdout: expect.stringContaining('Calls of gemini are booked as gcp.gemini.') })
  const ledger = await startLedger(database)
  try {
    const attributes = {
      ...{ org_id: 'acme', 'gen_ai.operation.name': 'chat', 'gen_ai.system': 'gemini' },
      ...{ 'gen_ai.request.model': 'own-1', 'gen_ai.usage.input_tokens': 1_000_000, 'gen_ai.usage.output_tokens': 1 },
    }
    const start = BigInt(Date.now()) * 1_000_000n
    const span = { traceId: 'a'.repeat(32), spanId: '1'.repeat(16), kind: 3, startTimeUnixNano: start, attributes }
    expect((await ledger.post('/v1/traces', tracesProtobuf([span]))).status).toBe(200)
  } finally {
    await ledger.close()
  }
  expect(await owner('select provider, trim_scale(cost_usd)::text as cost from llm_usage')).toEqual([
    { provider: 'gcp.gemini', cost: '3' },
  ])
})

describe('the name of a provider', () => {
  test.each([
    ['Vertex_AI', 'gcp.vertex_ai', true],
    ['openai', 'openai', false],
    ['*', '*', false],
    ['my-own-host', 'my-own-host', false],
  ])('%s is recorded as %s', async (written, recorded, isSaid) => {
    const pattern = `as-${recorded}`
    const { stdout } = await cli('prices', 'set', '--provider', written, '--model', pattern, '--input', '1')
    expect(await providersOf(pattern)).toEqual([recorded])
    expect(stdout).toContain(`Recorded for ${recorded} ${pattern}`)
    expect(stdout.includes('are booked as')).toBe(isSaid)
  })

  test('in a file is the booked one too; that of a framework is refused', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'prices-'))
    const file = join(folder, 'prices.json')
    const entry = { modelPattern: 'filed', rates: [{ tokenClass: 'input', usdPerMillion: '1' }] }
    try {
      await writeFile(file, JSON.stringify([{ ...entry, provider: 'bedrock' }]))
      expect((await cli('prices', 'import', file)).code).toBe(0)
      expect(await providersOf('filed')).toEqual(['aws.bedrock'])
      await writeFile(file, JSON.stringify([{ ...entry, provider: 'langchain' }]))
      expect((await cli('prices', 'import', file)).stderr).toContain('this names a framework')
      expect(await providersOf('filed')).toEqual(['aws.bedrock'])
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('serves to list and to withdraw, as written or as booked', async () => {
    expect((await cli('prices', 'list', '--provider', 'gemini', '--model', 'own-1')).stdout).toContain('input 3')
    expect((await cli('prices', 'list', '--provider', 'gemini')).stdout).toContain('own-1')
    expect((await cli('prices', 'withdraw', '--provider', 'gemini', '--model', 'own-1')).code).toBe(0)
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString()
    const gone = await cli('prices', 'list', '--provider', 'gcp.gemini', '--model', 'own-1', '--at', tomorrow)
    expect(gone.stderr).toContain('no price for own-1')
  })

  test('that only SQL could write can be withdrawn all the same', async () => {
    await owner(`insert into model_prices (price_version, provider, model_pattern, token_class, usd_per_million)
      values (nextval('price_versions'), 'gemini', 'by-sql', 'input', 1)`)
    expect((await cli('prices', 'withdraw', '--provider', 'gemini', '--model', 'by-sql')).code).toBe(0)
    expect(await providersOf('by-sql')).toEqual(['gemini'])
  })
})

// `spanledger explain` on traces that went through the real ledger.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedPrices } from '../../../src/ledger/price/seed-prices.ts'
import { startLedger, type TestLedger, withClient } from '../../support/ledger.ts'
import { tracesProtobuf } from '../../support/otlp/messages.ts'
import { spanledger } from '../../support/spanledger-cli.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const TRACE = 'a'.repeat(32)
const PLAIN = 'c'.repeat(32)
const SHARED = 'e'.repeat(32)
const START = BigInt(Date.now()) * 1_000_000n
let database: TestDatabase
let ledger: TestLedger
const explain = (...args: string[]) => spanledger(database.ownerUrl, ['explain', ...args])

const span = (spanId: string, parentSpanId: string, name: string, atMs: number, attributes = {}) => ({
  traceId: TRACE,
  spanId: spanId.repeat(16),
  parentSpanId: parentSpanId.repeat(16),
  name,
  startTimeUnixNano: START + BigInt(atMs) * 1_000_000n,
  endTimeUnixNano: START + BigInt(atMs + 500) * 1_000_000n,
  attributes: { org_id: 'acme', deal_id: 'falcon', feature: 'chat', ...attributes },
})
const genAi = (operation: string, input: number, output: number, more = {}) => ({
  'gen_ai.operation.name': operation,
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o',
  'gen_ai.response.model': 'gpt-4o-2024-08-06',
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
  ...more,
})

beforeAll(async () => {
  database = await createTestDatabase()
  await withClient(database.ownerUrl, seedPrices)
  ledger = await startLedger(database)
  // A second view of the call arrives later, from another library, with its id: the first is taken back.
  const id = { 'gen_ai.response.id': 'chatcmpl-1' }
  await ledger.post(
    '/v1/traces',
    tracesProtobuf([
      span('1', '', 'invoke_agent', 0, genAi('invoke_agent', 1000, 500)),
      span('2', '1', 'chat gpt-4o', 1, genAi('chat', 1000, 500, id)),
    ]),
  )
  const again = span('3', '2', 'chat gpt-4o', 2, genAi('chat', 1000, 500, id))
  await ledger.post('/v1/traces', tracesProtobuf([again], { 'service.name': 'test' }, { name: 'other', version: '2' }))
  const plain = { ...span('4', '', 'GET /', 0), traceId: PLAIN }
  await ledger.post('/v1/traces', tracesProtobuf([plain]))
  const shared = (org_id: string) => ({ ...span('5', '', 'GET /', 0, { org_id }), traceId: SHARED })
  await ledger.post('/v1/traces', tracesProtobuf([shared('acme'), shared('globex')]))
})
afterAll(async () => {
  await ledger?.close()
  await database?.drop()
})

test('says of every candidate what became of it and why, and shows the booked lines', async () => {
  const { code, stdout } = await explain(TRACE, '--org', 'acme')
  expect(code).toBe(0)
  expect(stdout).toContain(`trace ${TRACE} of acme: 3 spans`)
  expect(stdout).toMatch(/1{16} {2}sum .*[\s\S]*because: repeats the figures/)
  expect(stdout).toMatch(/3{16} {2}BOOKED/)
  expect(stdout).toMatch(/2{16} {2}duplicate of 3{16}[\s\S]*because: same response id chatcmpl-1/)
  expect(stdout).toContain('1 calls booked out of 3 candidates')
  const lines = stdout.slice(stdout.indexOf('booked lines:'))
  expect(lines).toMatch(
    /2{16} {2}call 0 {2}openai gpt-4o-2024-08-06 {2}input 1000, output 500 {2}0\.0075 USD \(price \d+\)/,
  )
  expect(lines).toMatch(/2{16} {2}reversal 1 .* input -1000, output -500 {2}-0\.0075 USD/)
  // Every line of the table is shown, and their sum is the sum the ledger holds.
  const [booked] = await withClient(
    database.ownerUrl,
    async (client) =>
      (
        await client.query<{ lines: number; cost: string }>(
          'select count(*)::int as lines, trim_scale(sum(cost_usd))::text as cost from llm_usage where trace_id = $1',
          [TRACE],
        )
      ).rows,
  )
  expect(lines.match(/^ {2}\w{16} {2}(call|reversal|correction) \d/gm)).toHaveLength(booked?.lines ?? 0)
  expect(lines).toContain(`net: 1 calls, ${booked?.cost} USD\n`)
})

test('a trace id may be pasted in capitals; a trace without model calls says so', async () => {
  expect((await explain(TRACE.toUpperCase(), '--org', 'acme')).code).toBe(0)
  const { stdout } = await explain(PLAIN, '--org', 'acme')
  expect(stdout).toContain('No span of this trace speaks of a model call.')
  expect(stdout).toContain('booked lines: none')
})

test.each([
  ['of spans and lines', TRACE],
  ['of spans alone', PLAIN],
])('the organisation of a trace %s is looked up', async (_, trace) => {
  const { code, stdout } = await explain(trace)
  expect({ code, stdout }).toEqual({ code: 0, stdout: (await explain(trace, '--org', 'acme')).stdout })
  expect(stdout).toContain(`trace ${trace} of acme`)
})

test('so it is when only its lines are left', async () => {
  await withClient(database.ownerUrl, (client) =>
    client.query(`insert into llm_usage (org_id, trace_id, span_id, created_at, provider, model, calls, cost_usd, price_status)
      values ('initech', '${'f'.repeat(32)}', '1', now(), 'openai', 'm', 1, 1, 'priced')`),
  )
  expect((await explain('f'.repeat(32))).stdout).toContain(`trace ${'f'.repeat(32)} of initech: 0 spans`)
})

test('of two organisations with the same id, --org says whose', async () => {
  expect((await explain(SHARED, '--org', 'globex')).stdout).toContain(`trace ${SHARED} of globex: 1 spans`)
})

test.each([
  ['an unknown trace', ['b'.repeat(32), '--org', 'acme'], `acme has no trace ${'b'.repeat(32)}`],
  ['a trace of another organisation', [TRACE, '--org', 'globex'], `globex has no trace ${TRACE}`],
  ['what is no trace id', ['123', '--org', 'acme'], '"123" is no trace id'],
  ['an unknown trace of nobody', ['b'.repeat(32)], `no trace ${'b'.repeat(32)}: is it still on its way`],
  ['what two organisations have', [SHARED], `acme, globex have a trace ${SHARED} each: say whose with --org`],
])('refuses %s', async (_, args, words) => {
  expect(await explain(...args)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(words) })
})

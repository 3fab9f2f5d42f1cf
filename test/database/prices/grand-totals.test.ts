// Grand totals agree to the last pico-dollar wherever they are asked: calls booked by the real ledger and restated, added
// up here from tokens and rates alone, in the lines, in both roll-ups, in the cost functions and by the api.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { reprice } from '../../../src/cli/reprice.ts'
import { recordPriceVersions } from '../../../src/ledger/price/price-rows.ts'
import { formatUsd } from '../../../src/shared/money.ts'
import { seedOrganisations, startTestApi, type TestApi } from '../../support/api.ts'
import { createClients } from '../../support/database-clients.ts'
import { startLedger, withClient } from '../../support/ledger.ts'
import { type PlainSpan, tracesProtobuf } from '../../support/otlp/messages.ts'
import { between, createRandom, hex, pick } from '../../support/otlp/random-trace.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const CALLS = 1_500
const NOON = Date.UTC(2026, 2, 10, 12)
/** USD per million tokens with all six decimals, so that a double would lose some. */
const FIRST = { input: '1.234567', output: '98.765432', cacheRead: '0.000001' }
const SECOND = { input: '2.000003', output: '97.000009', cacheRead: '0.500007' }
const pico = (usdPerMillion: string): bigint => BigInt(usdPerMillion.replace('.', ''))

interface Booked {
  orgId: string
  input: number
  output: number
  read: number
}

let database: TestDatabase
let api: TestApi
const clients = createClients()
const calls: Booked[] = []

const setPrice = (rates: typeof FIRST) =>
  withClient(database.ownerUrl, (client) =>
    recordPriceVersions(client, [
      {
        source: 'override',
        provider: 'openai',
        modelPattern: 'gpt-total',
        rates: [
          { tokenClass: 'input', aboveInputTokens: 0, usdPerMillion: rates.input },
          { tokenClass: 'output', aboveInputTokens: 0, usdPerMillion: rates.output },
          { tokenClass: 'cache_read', aboveInputTokens: 0, usdPerMillion: rates.cacheRead },
        ],
      },
    ]),
  )

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  await setPrice(FIRST)
  const ledger = await startLedger(database, { clock: { nowMs: () => NOON + 86_400_000 } })
  const random = createRandom(11)
  const spans = Array.from({ length: CALLS }, (): PlainSpan => {
    const orgId = pick(random, ['acme', 'globex'])
    const call = {
      orgId,
      input: between(random, 300, 200_000),
      output: between(random, 0, 9_000),
      read: between(random, 0, 300),
    }
    calls.push(call)
    return {
      traceId: hex(random, 32),
      spanId: hex(random, 16),
      kind: 3,
      startTimeUnixNano: BigInt(NOON - between(random, 0, 3 * 86_400_000)) * 1_000_000n,
      attributes: {
        ...{ org_id: orgId, deal_id: pick(random, ['falcon', 'eagle']), 'gen_ai.operation.name': 'chat' },
        ...{ 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': 'gpt-total' },
        ...{ 'gen_ai.usage.input_tokens': call.input, 'gen_ai.usage.output_tokens': call.output },
        'gen_ai.usage.cache_read.input_tokens': call.read,
      },
    }
  })
  for (let from = 0; from < CALLS; from += 500)
    expect((await ledger.post('/v1/traces', tracesProtobuf(spans.slice(from, from + 500)))).status).toBe(200)
  await ledger.close()
  api = await startTestApi(database, { clock: { nowMs: () => NOON } })
})
afterAll(async () => {
  await api?.close()
  await clients.end()
  await database?.drop()
})

function truth(orgId: string, rates: typeof FIRST): string {
  const own = calls.filter((call) => call.orgId === orgId)
  return formatUsd(
    own.reduce(
      (sum, { input, output, read }) =>
        sum +
        BigInt(input - read) * pico(rates.input) +
        BigInt(read) * pico(rates.cacheRead) +
        BigInt(output) * pico(rates.output),
      0n,
    ),
  )
}

const TOTALS: [where: string, sql: string][] = [
  ['lines', 'select trim_scale(sum(cost_usd))::text as cost from llm_usage where org_id = $1'],
  ['usage_daily', 'select trim_scale(sum(cost_usd))::text as cost from usage_daily where org_id = $1'],
  ['usage_hourly', 'select trim_scale(sum(cost_usd))::text as cost from usage_hourly where org_id = $1'],
  ['get_costs_by_deal', 'select trim_scale(sum(cost_usd))::text as cost from get_costs_by_deal() where org_id = $1'],
  [
    'get_costs_by_organisation',
    'select trim_scale(cost_usd)::text as cost from get_costs_by_organisation() where org_id = $1',
  ],
  [
    'cost_as_known_on',
    'select trim_scale(cost_usd)::text as cost from cost_as_known_on(clock_timestamp()) where org_id = $1',
  ],
]

async function everywhere(orgId: string, member: string): Promise<Record<string, string>> {
  const totals: Record<string, string> = {}
  for (const [where, sql] of TOTALS) {
    const [row] = await clients.rows(database.readerUrl, sql, [orgId])
    totals[where] = row?.cost
  }
  const { body } = await api.call('GET', '/api/v1/usage/daily?from=2026-03-01&to=2026-03-31', { as: member })
  const days = body.data as { cost_usd: string }[]
  totals.api = formatUsd(days.reduce((sum, { cost_usd }) => sum + toPico(cost_usd), 0n))
  return totals
}

/** Decimal USD to pico-USD by moving digits: shares nothing with the code under test. */
function toPico(usd: string): bigint {
  const [whole = '0', part = ''] = usd.split('.')
  return BigInt(whole + part.padEnd(12, '0').slice(0, 12))
}

const allAgreeOn = (cost: string) =>
  Object.fromEntries([...TOTALS.map(([where]) => where), 'api'].map((where) => [where, cost]))

describe.each([
  ['acme', 'anna'],
  ['globex', 'gina'],
])('grand totals of %s', (orgId, member) => {
  test('as booked', async () => {
    expect(await everywhere(orgId, member)).toEqual(allAgreeOn(truth(orgId, FIRST)))
  })
})

test('after restatement they are those of the corrected price, and the old ones are still known', async () => {
  const [{ now }] = await clients.rows(database.readerUrl, 'select clock_timestamp() as now')
  await setPrice(SECOND)
  const connect = () => clients.connect(database.ownerUrl)
  await reprice(await connect(), await connect(), { from: new Date(0), to: new Date(NOON + 86_400_000) })
  expect(await everywhere('acme', 'anna')).toEqual(allAgreeOn(truth('acme', SECOND)))
  expect(await everywhere('globex', 'gina')).toEqual(allAgreeOn(truth('globex', SECOND)))
  const before = await clients.rows(
    database.readerUrl,
    'select org_id, trim_scale(cost_usd)::text as cost from cost_as_known_on($1) order by 1',
    [now],
  )
  expect(before).toEqual(['acme', 'globex'].map((orgId) => ({ org_id: orgId, cost: truth(orgId, FIRST) })))
  // The two books differ, or the comparison above would show nothing.
  expect(truth('acme', SECOND)).not.toBe(truth('acme', FIRST))
})

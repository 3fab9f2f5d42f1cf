// The price book over HTTP, on real Postgres: everybody asks, superadmins add, and the command line sees the same book.
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seedPrices } from '../../../src/ledger/price/seed-prices.ts'
import { runSql, seedOrganisations, startTestApi, type TestApi } from '../../support/api.ts'
import { spanledger } from '../../support/spanledger-cli.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const NOON = Date.parse('2026-03-11T12:00:00Z')
let database: TestDatabase
let api: TestApi

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  const client = new pg.Client(database.ownerUrl)
  await client.connect()
  await seedPrices(client)
  await client.end()
  api = await startTestApi(database, { clock: { nowMs: () => NOON } })
})
afterAll(async () => {
  await api?.close()
  await database?.drop()
})

const inForce = async (query: string, as = 'anna') => api.call('GET', `/api/v1/prices/in-force?${query}`, { as })
const add = (body: unknown, as = 'root') => api.call('POST', '/api/v1/prices', { as, body })
const OWN = {
  provider: 'openai',
  model_pattern: 'gpt-own*',
  rates: [
    { token_class: 'input', usd_per_million: '2.50' },
    { token_class: 'input', usd_per_million: '5', above_input_tokens: 200_000 },
    { token_class: 'output', usd_per_million: '10' },
  ],
}

describe('the price in force', () => {
  it('is found by the model, its provider told or not', async () => {
    const { status, body } = await inForce('model=gemini-2.5-flash')
    expect(status).toBe(200)
    expect(body.data).toMatchObject({ source: 'default', provider: '*' })
    expect(body.data.rates).toEqual(
      expect.arrayContaining([
        { token_class: 'input', above_input_tokens: 0, usd_per_million: '0.075' },
        { token_class: 'output', above_input_tokens: 0, usd_per_million: '0.3' },
      ]),
    )
    expect((await inForce('model=gemini-2.5-flash&provider=gemini')).body.data).toEqual(body.data)
  })

  it('is 404 where there is none, and 400 where the model tells no provider', async () => {
    expect(await inForce('model=unlisted-1&provider=openai')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    })
    expect((await inForce('model=unlisted-1')).body).toMatchObject({
      code: 'bad_request',
      message: 'unlisted-1 tells no provider: give provider',
    })
  })
})

describe('an override', () => {
  it('added by a superadmin is in force from then on, for the command line too', async () => {
    expect((await inForce('model=gpt-own-1&provider=openai')).status).toBe(404)
    const { status, body } = await add({ ...OWN, valid_from: '2026-03-01T00:00:00Z', note: 'contract 17' })
    expect(status).toBe(201)
    expect(body.data).toMatchObject({
      source: 'override',
      provider: 'openai',
      model_pattern: 'gpt-own*',
      valid_from: '2026-03-01T00:00:00.000Z',
      valid_to: null,
    })
    expect((await inForce('model=gpt-own-1&provider=openai')).body.data).toEqual(body.data)
    expect((await inForce('model=gpt-own-1&provider=openai&at=2026-02-28T23:59:59Z')).status).toBe(404)
    const { stdout } = await spanledger(database.ownerUrl, [
      'prices',
      'list',
      '--model',
      'gpt-own-1',
      '--at',
      '2026-03-11',
    ])
    expect(stdout).toBe(
      `${body.data.price_version}\toverride\topenai\tgpt-own*\t2026-03-01T00:00:00.000Z .. for ever\tinput 2.5, input above 200000 5, output 10\n`,
    )
    const listed = await api.call('GET', '/api/v1/prices?source=override&limit=1', { as: 'anna' })
    expect(listed.body).toMatchObject({ data: [body.data], meta: { total: 1, has_more: false } })
  })

  it('is not for members and admins', async () => {
    for (const as of ['bert', 'anna'])
      expect(await add(OWN, as)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  })

  it.each([
    ['a negative rate', 422, { ...OWN, rates: [{ token_class: 'input', usd_per_million: '-1' }] }],
    [
      'a rate finer than six decimals',
      422,
      { ...OWN, rates: [{ token_class: 'input', usd_per_million: '0.0000001' }] },
    ],
    ['a rate as a number', 400, { ...OWN, rates: [{ token_class: 'input', usd_per_million: 2.5 }] }],
    ['an unknown class', 400, { ...OWN, rates: [{ token_class: 'thinking', usd_per_million: '1' }] }],
    ['a class twice', 422, { ...OWN, rates: [OWN.rates[0], OWN.rates[0]] }],
    ['no rate', 400, { ...OWN, rates: [] }],
    ['a broken expression', 422, { ...OWN, model_pattern: '~gpt(' }],
    ['a framework for a provider', 422, { ...OWN, provider: 'langchain' }],
    [
      'an end before its beginning',
      422,
      { ...OWN, valid_from: '2026-03-02T00:00:00Z', valid_to: '2026-03-01T00:00:00Z' },
    ],
    ['a misspelt field', 400, { ...OWN, validFrom: '2026-03-02T00:00:00Z' }],
  ])('with %s is refused with %i, and nothing is recorded', async (_, status, body) => {
    const count = () => runSql(database, 'select count(*)::int as n from model_prices')
    const before = await count()
    const answer = await add(body)
    expect(answer.status, answer.text).toBe(status)
    expect(answer.body.message).not.toContain('\n')
    expect(await count()).toEqual(before)
  })
})

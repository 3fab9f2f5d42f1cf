// Budgets over HTTP and SQL, and the gauges alerts stand on. Real Postgres, the ledger's own roll-ups.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ALERTS_CONFIG } from '../../../prometheus/alerts.config.ts'
import { bookCalls, runSql, seedOrganisations, startTestApi, type TestApi } from '../../support/api.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const NOON = Date.parse('2026-03-11T12:00:00Z') // a Wednesday
const clock = { ms: NOON, nowMs: () => clock.ms }

let database: TestDatabase
let api: TestApi

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  const call = (at: string, costUsd: string | null, more = {}) => ({
    orgId: 'acme',
    at: new Date(at),
    costUsd,
    ...more,
  })
  await bookCalls(database, [
    call('2026-02-28T23:00:00Z', '1000'), // last month
    call('2026-03-02T10:00:00Z', '40', { dealId: 'falcon' }), // last week
    call('2026-03-09T00:00:00Z', '20', { department: 'legal' }), // Monday
    call('2026-03-10T10:00:00Z', '10', { agentId: 'scout' }),
    call('2026-03-11T11:59:59Z', '4.000000000001', { dealId: 'falcon' }),
    call('2026-03-11T12:00:00Z', '5', { dealId: 'falcon', department: 'legal' }),
    { orgId: 'globex', at: new Date('2026-03-11T09:00:00Z'), costUsd: '70', dealId: 'eagle' },
    { orgId: 'globex', at: new Date('2026-03-11T09:00:00Z'), costUsd: null, dealId: 'eagle' },
  ])
})
afterAll(() => database?.drop())
beforeEach(async () => {
  clock.ms = NOON
  await runSql(
    database,
    'delete from budgets; truncate budget_crossings; update departments set budget_usd_month = null',
  )
  await api?.close()
  api = await startTestApi(database, { clock })
})
afterAll(() => api?.close())

const add = (body: object, as = 'anna') => api.call('POST', '/api/v1/budgets', { as, body })
const list = async (as = 'anna') => (await api.call('GET', '/api/v1/budgets', { as })).body.data
const evaluate = () => api.api.evaluateBudgets()
const metric = async (name: string) => {
  const text = (await api.call('GET', '/metrics')).text
  return Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`))
      .map((line) => [line.slice(name.length, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}

describe('a budget', () => {
  it.each([
    ['organisation', undefined, 'day', '9.000000000001'],
    ['organisation', undefined, 'week', '39.000000000001'],
    ['organisation', undefined, 'month', '79.000000000001'],
    ['deal', 'falcon', 'day', '9.000000000001'],
    ['deal', 'falcon', 'month', '49.000000000001'],
    ['department', 'legal', 'week', '25'],
    ['agent', 'scout', 'week', '10'],
    ['agent', 'scout', 'day', '0'],
  ])('for %s %s a %s has used %s, to the last pico-dollar', async (scope, scope_id, period, used) => {
    const answer = await add({ scope, ...(scope_id && { scope_id }), period, amount_usd: '100000' })
    expect(answer.status).toBe(201)
    expect(answer.body.data).toMatchObject({
      scope,
      scope_id: scope_id ?? 'acme',
      period,
      used_usd: used,
      unpriced_calls: '0',
    })
    expect(await list()).toEqual([answer.body.data])
  })

  it('has the thresholds of the alerts’ table when none are given, and its own when given', async () => {
    const { budgetThresholds } = ALERTS_CONFIG.cost
    expect(budgetThresholds).toEqual({ day: [80, 100], week: [80, 100], month: [50, 80, 100] })
    for (const period of ['day', 'week', 'month'] as const) {
      const added = await add({ scope: 'organisation', amount_usd: '10', period })
      expect(added.body.data.thresholds).toEqual(budgetThresholds[period])
    }
    await runSql(database, `update departments set budget_usd_month = 50 where department = 'legal'`)
    expect((await list()).find(({ scope }: { scope: string }) => scope === 'department').thresholds).toEqual(
      budgetThresholds.month,
    )
    expect(
      (await add({ scope: 'deal', scope_id: 'falcon', period: 'day', amount_usd: '10', thresholds: [100, 25, 25] }))
        .body.data.thresholds,
    ).toEqual([25, 100])
  })

  it('with a call without a price is not plainly on track', async () => {
    await add({ scope: 'organisation', period: 'day', amount_usd: '1000' }, 'gina')
    await add({ scope: 'organisation', period: 'day', amount_usd: '1000' }, 'anna')
    expect(await list('gina')).toMatchObject([{ state: 'warning', reasons: ['unpriced_calls'], unpriced_calls: '1' }])
    expect(await list('anna')).toMatchObject([{ state: 'on_track', reasons: [], unpriced_calls: '0' }])
  })

  it('can be changed and removed', async () => {
    const { budget_id } = (await add({ scope: 'organisation', period: 'day', amount_usd: '10' })).body.data
    const changed = await api.call('PATCH', `/api/v1/budgets/${budget_id}`, {
      as: 'anna',
      body: { amount_usd: '20.5' },
    })
    expect(changed.body.data).toMatchObject({ amount_usd: '20.5', thresholds: [80, 100] })
    expect((await api.call('DELETE', `/api/v1/budgets/${budget_id}`, { as: 'anna' })).status).toBe(200)
    expect(await list()).toEqual([])
  })

  it('of a department comes from its monthly figure until it has a row of its own', async () => {
    await runSql(database, `update departments set budget_usd_month = 50 where department = 'legal'`)
    expect(await list()).toMatchObject([
      { budget_id: null, scope: 'department', scope_id: 'legal', amount_usd: '50', used_usd: '25' },
    ])
    await add({ scope: 'department', scope_id: 'legal', period: 'month', amount_usd: '60' })
    expect(await list()).toMatchObject([{ amount_usd: '60', budget_id: expect.any(String) }])
  })
})

describe('refused, and nothing changes', () => {
  const good = { scope: 'deal', scope_id: 'falcon', period: 'day', amount_usd: '10' }
  it.each([
    ['a negative amount', { ...good, amount_usd: '-10' }, 400],
    ['an amount of zero', { ...good, amount_usd: '0.00' }, 400],
    ['an amount that is a number', { ...good, amount_usd: 10 }, 400],
    ['an amount in scientific notation', { ...good, amount_usd: '1e3' }, 400],
    ['an unknown scope', { ...good, scope: 'galaxy' }, 400],
    ['an unknown period', { ...good, period: 'year' }, 400],
    ['a field nobody knows', { ...good, ammount: '10' }, 400],
    ['no deal', { ...good, scope_id: undefined }, 400],
    ['a deal that is not there', { ...good, scope_id: 'dodo' }, 422],
    ['the deal of another organisation', { ...good, scope_id: 'eagle' }, 422],
    ['another organisation', { ...good, scope: 'organisation', scope_id: 'globex' }, 422],
    ['no thresholds', { ...good, thresholds: [] }, 400],
    ['a threshold of zero', { ...good, thresholds: [0, 100] }, 400],
  ])('%s', async (_, body, status) => {
    const answer = await add(body)
    expect(answer.status).toBe(status)
    expect(answer.body.message).not.toBe('')
    expect(await list()).toEqual([])
  })

  it('the same scope and period twice', async () => {
    expect((await add(good)).status).toBe(201)
    const again = await add({ ...good, amount_usd: '99' })
    expect([again.status, again.body.code]).toEqual([409, 'conflict'])
    expect(await list()).toMatchObject([{ amount_usd: '10' }])
  })

  it('a change by a member, who may read', async () => {
    const { budget_id } = (await add(good)).body.data
    for (const answer of [
      await add({ ...good, period: 'week' }, 'bert'),
      await api.call('PATCH', `/api/v1/budgets/${budget_id}`, { as: 'bert', body: { amount_usd: '1' } }),
      await api.call('DELETE', `/api/v1/budgets/${budget_id}`, { as: 'bert' }),
    ])
      expect([answer.status, answer.body.code]).toEqual([403, 'forbidden'])
    expect(await list('bert')).toMatchObject([{ amount_usd: '10' }])
  })

  it('a change by the admin of another organisation', async () => {
    const { budget_id } = (await add(good)).body.data
    for (const [method, body] of [
      ['PATCH', { amount_usd: '1' }],
      ['DELETE', undefined],
      ['GET', undefined],
    ] as const)
      expect((await api.call(method, `/api/v1/budgets/${budget_id}`, { as: 'gina', body })).status).toBe(404)
    expect(await list()).toMatchObject([{ amount_usd: '10' }])
  })

  it.each([
    ['a negative amount', `('acme', 'deal', 'falcon', 'day', -1, '{80}')`, 'budgets_amount_positive'],
    ['NaN', `('acme', 'deal', 'falcon', 'day', 'NaN', '{80}')`, 'budgets_amount_positive'],
    ['an unknown scope', `('acme', 'galaxy', 'x', 'day', 1, '{80}')`, 'budgets_scope_known'],
    ['an unknown period', `('acme', 'deal', 'falcon', 'year', 1, '{80}')`, 'budgets_period_known'],
    ['an unknown deal', `('acme', 'deal', 'dodo', 'day', 1, '{80}')`, 'budgets_scope_exists'],
    ['descending thresholds', `('acme', 'deal', 'falcon', 'day', 1, '{100,80}')`, 'budgets_thresholds_form'],
    ['an unknown organisation', `('nowhere', 'organisation', 'nowhere', 'day', 1, '{80}')`, 'budgets_org_id_fkey'],
  ])('by plain SQL: %s', async (_, values, constraint) => {
    const sql = `insert into budgets (org_id, scope, scope_id, period, amount_usd, thresholds) values ${values}`
    await expect(runSql(database, sql)).rejects.toMatchObject({ constraint })
    expect(await list()).toEqual([])
  })
})

describe('the gauges', () => {
  const label = '{org_id="acme",scope="organisation",scope_id="acme",period="day"}'
  const crossedLabel = (threshold: number) =>
    `${label.slice(0, -1)},period_start="2026-03-11",threshold="${threshold}"}`

  it('follow a row inserted by plain SQL at the next evaluation', async () => {
    await runSql(
      database,
      `insert into budgets (org_id, scope, period, amount_usd) values ('acme', 'organisation', 'day', 10)`,
    )
    await evaluate()
    expect(await metric('budget_used_ratio')).toEqual({ [label]: 0.9000000000001 })
    expect(await metric('budget_threshold_crossed')).toEqual({ [crossedLabel(80)]: 1, [crossedLabel(100)]: 0 })
    expect(await metric('budget_state')).toMatchObject({ [`${label.slice(0, -1)},state="warning"}`]: 1 })
    await runSql(database, 'delete from budgets')
    await evaluate()
    expect(await metric('budget_used_ratio')).toEqual({})
    // The alert looks back 15 minutes, so what is gone says 0, for half an hour.
    expect(await metric('budget_threshold_crossed')).toEqual({ [crossedLabel(80)]: 0, [crossedLabel(100)]: 0 })
    clock.ms += 31 * 60_000
    await evaluate()
    expect(await metric('budget_threshold_crossed')).toEqual({})
  })

  it('note a crossing once, keep it over a restart and a correction, and forget it with the period', async () => {
    await runSql(
      database,
      `insert into budgets (org_id, scope, period, amount_usd) values ('globex', 'organisation', 'day', 80)`,
    )
    const crossings = () => runSql(database, 'select threshold, used_usd from budget_crossings order by threshold')
    for (const _ of [1, 2, 3]) await evaluate()
    expect(await crossings()).toEqual([{ threshold: 80, used_usd: '70' }])
    // Usage is corrected to below the threshold, and the api restarts: still crossed, still once.
    await bookCalls(database, [{ orgId: 'globex', at: new Date(NOON), costUsd: '-20', dealId: 'eagle' }])
    await api.close()
    api = await startTestApi(database, { clock })
    const crossed = () => metric('budget_threshold_crossed').then((values) => Object.values(values))
    expect(await crossed()).toEqual([1, 0])
    expect(await crossings()).toHaveLength(1)
    clock.ms = NOON + 86_400_000
    await evaluate()
    expect(await crossed()).toEqual([0, 0])
    await bookCalls(database, [{ orgId: 'globex', at: new Date(NOON), costUsd: '20', dealId: 'eagle' }])
  })

  it('tell a period that begins over its threshold from the one before', async () => {
    await add({ scope: 'organisation', period: 'day', amount_usd: '70', thresholds: [100] }, 'gina')
    clock.ms = Date.parse('2026-03-11T23:59:50Z')
    await evaluate()
    await bookCalls(database, [{ orgId: 'globex', at: new Date('2026-03-12T00:00:01Z'), costUsd: '90' }])
    clock.ms = Date.parse('2026-03-12T00:00:05Z')
    await evaluate()
    const globex = (day: string) =>
      `{org_id="globex",scope="organisation",scope_id="globex",period="day",period_start="${day}",threshold="100"}`
    expect(await metric('budget_threshold_crossed')).toEqual({ [globex('2026-03-11')]: 0, [globex('2026-03-12')]: 1 })
  })

  it('start again when the amount is raised', async () => {
    await runSql(
      database,
      `insert into budgets (org_id, scope, period, amount_usd) values ('acme', 'organisation', 'day', 9)`,
    )
    await evaluate()
    expect(Object.values(await metric('budget_threshold_crossed'))).toEqual([1, 1])
    await runSql(database, 'update budgets set amount_usd = 11')
    await evaluate()
    expect(Object.values(await metric('budget_threshold_crossed'))).toEqual([1, 0])
  })

  it('show spend of the last hour and of the day, the daily average and the daily limit', async () => {
    await add({ scope: 'organisation', period: 'day', amount_usd: '12.5' })
    await evaluate()
    // 11:59:59 lies within the last hour, 09:00 does not.
    expect(await metric('api_spend_usd')).toEqual({
      '{org_id="acme",window="hour"}': 9.000000000001,
      '{org_id="acme",window="day"}': 9.000000000001,
      '{org_id="globex",window="hour"}': 0,
      '{org_id="globex",window="day"}': 70,
    })
    // 30 USD on 4–10 March over 7 days; globex has no whole day behind it.
    expect(await metric('api_spend_daily_average_usd')).toEqual({ '{org_id="acme"}': 30 / 7 })
    expect(await metric('api_spend_daily_limit_usd')).toEqual({ '{org_id="acme"}': 12.5 })
  })

  it('of the hour before count what lies within 60 minutes: exactly where that may be over the limit, else in proportion', async () => {
    const call = (orgId: string, at: string, costUsd: string) => ({ orgId, at: new Date(at), costUsd })
    await bookCalls(database, [
      call('acme', '2026-03-14T09:10:00Z', '48'),
      call('acme', '2026-03-14T09:50:00Z', '4.5'),
      call('acme', '2026-03-14T10:05:00Z', '7'),
      call('globex', '2026-03-14T09:10:00Z', '20'),
      call('globex', '2026-03-14T09:50:00Z', '4'),
      call('globex', '2026-03-14T10:05:00Z', '1'),
    ])
    const hours = async (time: string) => {
      clock.ms = Date.parse(time)
      await evaluate()
      const spend = await metric('api_spend_usd')
      return ['acme', 'globex'].map((orgId) => spend[`{org_id="${orgId}",window="hour"}`])
    }
    // acme could be over 50 USD, so its lines are read; globex could not: three quarters of 24 USD.
    expect(await hours('2026-03-14T10:15:00Z')).toEqual([11.5, 19])
    expect(await hours('2026-03-14T10:06:00Z')).toEqual([59.5, 22.6])
    expect(await hours('2026-03-14T10:51:00Z')).toEqual([7, 4.6])
    expect(await hours('2026-03-14T11:30:00Z')).toEqual([3.5, 0.5])
    expect(await hours('2026-03-14T12:00:00Z')).toEqual([0, 0])
  })
})

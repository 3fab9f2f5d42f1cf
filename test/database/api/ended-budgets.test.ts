// A budget's period that is over: what was spent in it while the api was away, and what was booked late, is told once.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bookCalls, runSql, seedOrganisations, startTestApi, type TestApi } from '../../support/api.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

const clock = { ms: 0, nowMs: () => clock.ms }
let database: TestDatabase
let api: TestApi | undefined

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
})
beforeEach(() =>
  runSql(database, 'delete from budgets; truncate budget_crossings; truncate llm_usage, usage_daily, usage_hourly'),
)
afterAll(async () => {
  await api?.close()
  await database?.drop()
})

const at = async (time: string) => {
  clock.ms = Date.parse(time)
  await api?.api.evaluateBudgets()
}
/** The api stops, and starts at that time, which evaluates. */
const restartAt = async (time: string) => {
  await api?.close()
  clock.ms = Date.parse(time)
  api = await startTestApi(database, { clock })
}
const addBudget = (period: string, changedAt: string) =>
  runSql(
    database,
    `alter table budgets disable trigger check_budget;
     insert into budgets (org_id, scope, scope_id, period, amount_usd, thresholds, updated_at)
       values ('acme', 'organisation', 'acme', '${period}', 100, '{80,100}', '${changedAt}');
     alter table budgets enable trigger check_budget`,
  )
const spend = (time: string, costUsd: string) => bookCalls(database, [{ orgId: 'acme', at: new Date(time), costUsd }])
const crossings = async () =>
  (
    await runSql<{ period: string; day: string; threshold: number }>(
      database,
      `select period, to_char(period_start at time zone 'UTC', 'YYYY-MM-DD') as day, threshold
         from budget_crossings order by period, period_start, threshold`,
    )
  ).map(({ period, day, threshold }) => `${period} ${day} ${threshold}`)
/** `<period> <period_start> <threshold>` → value of a metric. */
const gauge = async (name: string) => {
  const { text } = (await api?.call('GET', '/metrics')) ?? { text: '' }
  const label = (line: string, key: string) => new RegExp(`[{,]${key}="([^"]*)"`).exec(line)?.[1] ?? ''
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`))
  return Object.fromEntries(
    lines.map((line) => [
      ['period', 'period_start', 'threshold']
        .map((key) => label(line, key))
        .join(' ')
        .trim(),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  )
}
const told = async () =>
  Object.entries(await gauge('budget_threshold_crossed')).flatMap(([key, value]) => (value === 1 ? [key] : []))

describe('a threshold crossed before midnight', () => {
  it('while the api was away is noted and told after it, once', async () => {
    await addBudget('day', '2026-03-10T10:00:00Z')
    await restartAt('2026-03-11T23:50:00Z')
    expect(await crossings()).toEqual([])
    await spend('2026-03-11T23:55:00Z', '150')
    await restartAt('2026-03-12T00:06:00Z')
    expect(await crossings()).toEqual(['day 2026-03-11 80', 'day 2026-03-11 100'])
    expect(await told()).toEqual(['day 2026-03-11 80', 'day 2026-03-11 100'])
    expect(await gauge('budget_period_used_ratio')).toEqual({ 'day 2026-03-11': 1.5, 'day 2026-03-12': 0 })
    // Kept over a restart, and over in an hour.
    await restartAt('2026-03-12T00:30:00Z')
    expect(await told()).toEqual(['day 2026-03-11 80', 'day 2026-03-11 100'])
    await at('2026-03-12T01:07:00Z')
    expect(await told()).toEqual([])
    expect(await crossings()).toHaveLength(2)
  })

  it('in the last seconds stays told long enough to be scraped', async () => {
    await addBudget('day', '2026-03-10T10:00:00Z')
    await spend('2026-03-11T10:00:00Z', '85')
    await restartAt('2026-03-11T12:00:00Z')
    await spend('2026-03-11T23:59:45Z', '20')
    await at('2026-03-11T23:59:50Z')
    await at('2026-03-12T00:00:05Z')
    // 80 % was told at noon and ends with its day.
    expect(await told()).toEqual(['day 2026-03-11 100'])
  })

  it('by calls that are booked hours later is told; later still, it is not', async () => {
    await addBudget('day', '2026-03-10T10:00:00Z')
    await restartAt('2026-03-12T04:00:00Z')
    expect(await told()).toEqual([])
    await spend('2026-03-11T22:00:00Z', '90')
    await at('2026-03-12T04:01:00Z')
    expect(await told()).toEqual(['day 2026-03-11 80'])
    await at('2026-03-12T06:00:00Z')
    await spend('2026-03-11T22:00:00Z', '90')
    await at('2026-03-12T06:01:00Z')
    expect(await crossings()).toEqual(['day 2026-03-11 80'])
  })

  it('of a week and of a month at their ends, and not on other days', async () => {
    await addBudget('week', '2026-02-10T10:00:00Z')
    await addBudget('month', '2026-02-10T10:00:00Z')
    await spend('2026-02-28T23:00:00Z', '85') // a Saturday
    await restartAt('2026-03-01T00:05:00Z')
    expect(await crossings()).toEqual(['month 2026-02-01 80', 'week 2026-02-23 80'])
    await spend('2026-03-01T23:00:00Z', '20')
    await restartAt('2026-03-02T00:05:00Z')
    expect((await crossings()).filter((crossing) => crossing.startsWith('week'))).toEqual([
      'week 2026-02-23 80',
      'week 2026-02-23 100',
    ])
  })

  it('of a budget that was made or lowered after midnight is none', async () => {
    await spend('2026-03-11T22:00:00Z', '150')
    await addBudget('day', '2026-03-12T00:01:00Z')
    await restartAt('2026-03-12T00:06:00Z')
    expect(await crossings()).toEqual([])
  })
})

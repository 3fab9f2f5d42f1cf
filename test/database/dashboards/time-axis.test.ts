// Charts over time and the calls behind them: every bar stands within the range, the bars sum up to the figure beside them,
// a click on one finds its calls, and a change compares as much time as there is on both sides.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedOrganisations } from '../../support/api.ts'
import { type Asked, createPanelReader, dashboards, type Row } from '../../support/dashboard-panels.ts'
import { DAY_MS, HOUR_MS, NOW, THIS_HOUR, TODAY } from '../../support/fixed-now.ts'
import { plantCalls } from '../../support/planted-usage.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

/** Hours with a call of $1 each, and $2 in the hours of one UTC day; in acme for 40 days, in globex for 2. */
const HOURS_OF_ACME = 40 * 24
const dear = TODAY - 4 * DAY_MS
const costAt = (at: number): number => (at >= dear && at < dear + DAY_MS ? 2 : 1)

let database: TestDatabase
let panels: ReturnType<typeof createPanelReader>
const sum = (rows: Row[], column = 'cost'): number => rows.reduce((total, row) => total + Number(row[column]), 0)
const dollars = (text: unknown): number => Number(String(text).replace(/[$,]/g, ''))

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  const hours = Array.from({ length: HOURS_OF_ACME }, (_, n) => THIS_HOUR - n * HOUR_MS)
  await plantCalls(database, [
    ...hours.map((at, n) => ({
      at,
      cost: String(costAt(at)),
      feature: n % 2 ? 'chat' : 'search',
      department: n % 2 ? 'legal' : 'sales',
      status: at >= THIS_HOUR - 3 * HOUR_MS && n % 2 ? 'error' : 'success',
    })),
    ...hours.slice(0, 48).map((at) => ({ at: at + 1, cost: '1', org: 'globex', feature: 'chat', department: 'legal' })),
  ])
  panels = createPanelReader(database.readerUrl)
  await panels.connect()
}, 60_000)
afterAll(async () => {
  await panels?.end()
  await database?.drop()
})

/** Odd moments: no range begins or ends with a bucket. */
const RANGES: Record<string, Asked> = {
  '90 minutes': {
    from: new Date(THIS_HOUR - 5 * HOUR_MS + 600_000),
    to: new Date(THIS_HOUR - 4 * HOUR_MS + 2_400_000),
  },
  '7 days': { from: new Date(TODAY - 7 * DAY_MS + 20 * HOUR_MS + 1), to: new Date(NOW) },
  '7 days, one deal': { from: new Date(TODAY - 7 * DAY_MS + 1), to: new Date(NOW), chosen: { deal_id: 'falcon' } },
  '30 days': { from: new Date(TODAY - 30 * DAY_MS + 23 * HOUR_MS), to: new Date(TODAY - 2 * HOUR_MS) },
}

const series = dashboards.flatMap(({ uid, panels: all }) =>
  all
    .filter(({ targets = [] }) => targets.some(({ format, rawSql }) => rawSql && format === 'time_series'))
    .map(({ title }) => ({ uid, title })),
)

describe.each(Object.entries(RANGES))('over %s', (_, range) => {
  test.each(series)('$uid / $title has no point off the axis', async ({ uid, title }) => {
    const rows = await panels.rows(uid, title, range)
    const times = rows.map(({ time }) => (time as Date).getTime())
    expect(times.filter((time) => time < +new Date(range.from) || time > +new Date(range.to))).toEqual([])
  })
})

test('control: those charts have points', async () => {
  const range = RANGES['7 days'] as Asked
  const filled: string[] = []
  for (const { uid, title } of series) if ((await panels.rows(uid, title, range)).length > 0) filled.push(title)
  // Spend, calls, failures and durations; the rest reads tables that are empty here.
  expect(filled.length).toBeGreaterThan(8)
})

/** Charts whose bars lead to their calls: series column, filter that it decides, length of a bar, figure beside them. */
const CHARTS = [
  ...['day', 'week', 'month'].map(
    (bucket) => ['usage-and-cost', 'Cost over time by feature', 'feature', bucket] as const,
  ),
  ['fleet-home', 'Cost over time by department', 'department', 'auto'],
  ['cost-management', 'Cost over time by department', 'department', 'auto'],
  ['cost-management', 'Spend per day by organisation', 'org_id', 'day'],
  ['cost-management', 'Spend per hour by organisation', 'org_id', 'hour'],
] as const

describe.each(Object.entries(RANGES))('a bar, over %s,', (name, range) => {
  test.each(CHARTS)('of %s / %s is what the calls behind it cost (%s, %s)', async (uid, title, dimension, length) => {
    // These two follow the filter of organisations only, and so does their link.
    const chosen = title.startsWith('Spend') ? {} : range.chosen
    const bars = (await panels.rows(uid, title, { ...range, chosen: { ...chosen, bucket: length } })).filter(
      ({ cost }) => cost !== null,
    )
    expect(bars.length).toBeGreaterThan(0)
    for (const bar of [...bars.slice(0, 3), ...bars.slice(-3)]) {
      const clicked = { [dimension]: String(bar.metric), bar_length: length, at: String(+(bar.time as Date)) }
      const [calls] = await panels.rows('calls', 'Cost of these calls', { ...range, chosen: { ...chosen, ...clicked } })
      expect([name, bar.metric, dollars(calls?.cost)]).toEqual([name, bar.metric, Number(bar.cost)])
    }
  })
})

test('the bars sum up to the figure beside them, first and last included', async () => {
  for (const range of Object.values(RANGES)) {
    const [total] = await panels.rows('usage-and-cost', 'Cost', range)
    for (const bucket of ['day', 'week', 'month']) {
      const chosen = { ...range.chosen, bucket }
      expect(sum(await panels.rows('usage-and-cost', 'Cost over time by feature', { ...range, chosen }))).toBe(
        dollars(total?.cost),
      )
    }
    const [fleet] = await panels.rows('fleet-home', 'Cost', range)
    expect(sum(await panels.rows('fleet-home', 'Cost over time by department', range))).toBe(dollars(fleet?.now))
  }
})

test('the calls behind a bar stay the same when the range changes around it', async () => {
  const wide = { from: new Date(TODAY - 7 * DAY_MS), to: new Date(NOW) }
  const at = String(dear + 12 * HOUR_MS)
  const narrow = { from: new Date(dear + 12 * HOUR_MS), to: new Date(dear + 13 * HOUR_MS) }
  for (const range of [wide, narrow]) {
    const chosen = { at, bar_length: 'day' }
    expect(await panels.rows('calls', 'Cost of these calls', { ...range, chosen })).toEqual([{ cost: '$48.00' }])
  }
})

describe('a change', () => {
  const changeOf = async (title: string, range: Asked) => (await panels.rows('fleet-home', title, range))[0]?.change
  const acme = { org_id: 'acme' }
  const hoursAgo = (hours: number, minutes = 0) => new Date(THIS_HOUR - hours * HOUR_MS + minutes * 60_000)

  test.each([
    ['of two hours that are touched for 15 minutes', hoursAgo(9, 50), hoursAgo(8, 5)],
    ['of three hours that are touched for 90 minutes', hoursAgo(9, 30), hoursAgo(7, 0)],
    ['up to now, in the middle of an hour', hoursAgo(3), new Date(NOW)],
  ])('%s compares as many hours right before', async (_, from, to) => {
    expect(await changeOf('Model calls', { from, to, chosen: acme })).toBe('+0.0\u202f%')
  })

  test('leaves out the running hour and the running day', async () => {
    const range = { from: hoursAgo(1), to: new Date(NOW), chosen: acme }
    expect(await changeOf('Model calls', range)).toBe('+0.0\u202f%')
    const days = { from: new Date(TODAY - DAY_MS), to: new Date(NOW), chosen: { ...acme, deal_id: 'falcon' } }
    expect(await changeOf('Model calls', days)).toBe('+0.0\u202f%')
    expect((await panels.rows('usage-and-cost', 'By deal', { ...days, chosen: acme }))[0]).toMatchObject({ change: 0 })
  })

  test('has its sign, and is in points for a share', async () => {
    const range = { from: new Date(dear), to: new Date(dear + DAY_MS), chosen: acme }
    expect(await changeOf('Cost', range)).toBe('+100.0\u202f%')
    const after = { from: new Date(dear + DAY_MS), to: new Date(dear + 2 * DAY_MS), chosen: acme }
    expect(await changeOf('Cost', after)).toBe('-50.0\u202f%')
    expect(await changeOf('Failed calls', { from: hoursAgo(2), to: hoursAgo(0), chosen: acme })).toBe('+0.0 points')
    expect(await changeOf('Failed calls', { from: hoursAgo(4), to: hoursAgo(0), chosen: acme })).toBe('+50.0 points')
  })

  test('says why there is none', async () => {
    const globex = { org_id: 'globex' }
    expect(await changeOf('Cost', { from: hoursAgo(30), to: new Date(NOW), chosen: globex })).toBe('no earlier period')
    expect(await changeOf('Cost', { from: hoursAgo(20), to: new Date(NOW), chosen: globex })).toBe('+0.0\u202f%')
    expect(await changeOf('Cost', { from: hoursAgo(0), to: new Date(NOW), chosen: acme })).toBe('nothing over yet')
  })
})

test('every query runs where there is nothing at all', async () => {
  const range = { from: new Date(TODAY - 730 * DAY_MS), to: new Date(TODAY - 365 * DAY_MS) }
  for (const { uid, panels: all, variables } of dashboards) {
    const sql = all.filter(({ targets = [] }) => targets[0]?.rawSql).map(({ title }) => title)
    const filters = variables.filter(({ type }) => type === 'query').map(({ name }) => `$${name}`)
    for (const title of [...sql, ...filters]) await panels.rows(uid, title, range)
    // A filter without options is no list for `in`.
    for (const name of filters.slice(1))
      expect([uid, name, (await panels.rows(uid, name, range)).length]).not.toContain(0)
  }
})

// What "Infrastructure" asks Postgres itself, with the login that dashboards have: its own statistics, over the real schema.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedOrganisations } from '../../support/api.ts'
import { createPanelReader } from '../../support/dashboard-panels.ts'
import { DAY_MS, TODAY } from '../../support/fixed-now.ts'
import { plantCalls } from '../../support/planted-usage.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'

let database: TestDatabase
let panels: ReturnType<typeof createPanelReader>
const rowsOf = (title: string) =>
  panels.rows('infrastructure', title, { from: new Date(TODAY), to: new Date(TODAY + 1) })

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  await plantCalls(database, [
    { at: TODAY, cost: '1' },
    { at: TODAY - 9 * DAY_MS, cost: '1' },
  ])
  panels = createPanelReader(database.readerUrl)
  await panels.connect()
}, 60_000)
afterAll(async () => {
  await panels?.end()
  await database?.drop()
})

describe('Postgres', () => {
  test('tells how many of its connections are taken, this one among them', async () => {
    const [row] = await rowsOf('Connections')
    expect(Number(row?.connections)).toBeGreaterThan(0)
    expect(Number(row?.connections)).toBeLessThanOrEqual(1)
  })

  test('tells the size of the databases that the login may see', async () => {
    const rows = await rowsOf('Databases of the server')
    const own = rows.find((row) => database.readerUrl.includes(`/${row.database}`))
    expect(Number(own?.size)).toBeGreaterThan(1_000_000)
    expect(Number(own?.connections)).toBeGreaterThan(0)
  })

  test('counts a partition with its table, and knows the rows of all organisations', async () => {
    const rows = await rowsOf('Largest tables')
    const usage = rows.find(({ table }) => table === 'llm_usage')
    expect(Number(usage?.partitions)).toBeGreaterThan(1)
    expect(Number(usage?.size)).toBeGreaterThan(0)
    expect(rows.filter(({ table }) => String(table).startsWith('llm_usage'))).toHaveLength(1)
  })
})

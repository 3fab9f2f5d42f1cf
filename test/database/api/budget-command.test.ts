// `spanledger budget` as an operator types it, on real Postgres.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bookCalls, runSql, seedOrganisations } from '../../support/api.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import { run } from '../../support/third-party.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  await seedOrganisations(database)
  await bookCalls(database, [{ orgId: 'acme', at: new Date(), costUsd: '20', dealId: 'falcon' }])
})
afterAll(() => database?.drop())
beforeEach(() => runSql(database, 'delete from budgets'))

const budget = (line: string) =>
  run(process.execPath, ['src/cli/main.ts', 'budget', ...line.split(' ')], {
    SPANLEDGER_DATABASE_URL: database.ownerUrl,
  })
const rows = () =>
  runSql(database, 'select org_id, scope, scope_id, period, amount_usd, thresholds, created_by from budgets')

describe('spanledger budget', () => {
  it('sets, changes, lists and drops', async () => {
    expect(await budget('set --org acme --scope deal --id falcon --period month --amount 99.50')).toMatchObject({
      code: 0,
    })
    expect(
      await budget('set --org acme --scope deal --id falcon --period month --amount 40 --thresholds 100,25'),
    ).toMatchObject({ code: 0 })
    const row = { org_id: 'acme', scope: 'deal', scope_id: 'falcon', period: 'month', created_by: 'cli' }
    expect(await rows()).toEqual([{ ...row, amount_usd: '40', thresholds: [25, 100] }])
    await budget('set --org acme --scope deal --id falcon --period month --amount 41')
    expect(await rows()).toEqual([{ ...row, amount_usd: '41', thresholds: [25, 100] }])
    expect((await budget('list --org acme')).output).toMatch(
      /^acme {2}deal falcon {2}month {2}20 of 41 USD \(48\.8 %\) {2}warning\n$/,
    )
    expect(await budget('drop --org acme --scope deal --id falcon --period month')).toMatchObject({ code: 0 })
    expect(await rows()).toEqual([])
  })

  it.each([
    ['a negative amount', 'set --org acme --period day --amount -5', /positive amount/],
    ['an unknown scope', 'set --org acme --scope galaxy --id x --period day --amount 5', /scope must be/],
    ['a scope without its id', 'set --org acme --scope deal --period day --amount 5', /--scope deal needs --id/],
    [
      'an organisation that is none',
      'set --org nobody --period day --amount 5',
      /no organisation nobody: .*tenant create nobody/,
    ],
    ['a deal that is not there', 'set --org acme --scope deal --id dodo --period day --amount 5', /no deal named dodo/],
    ['thresholds that are no percents', 'set --org acme --period day --amount 5 --thresholds a,b', /whole percents/],
    ['a budget to drop that is not there', 'drop --org acme --period day', /there is no budget of acme/],
  ])('refuses %s in one line and changes nothing', async (_, line, message) => {
    const { code, output } = await budget(line)
    expect(code).toBe(1)
    expect(output).toMatch(message)
    expect(output).not.toMatch(/ at .*\.ts:/)
    expect(await rows()).toEqual([])
  })
})

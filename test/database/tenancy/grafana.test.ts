// `spanledger tenant grafana` against Grafana's HTTP API (a stand-in: no registry has Grafana), with a real database.
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startGrafanaStandIn } from '../../support/grafana-stand-in.ts'
import { tenantGrafana } from '../../support/tenant-grafana.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import { createTwoTenants, type Tenant } from '../../support/two-tenants.ts'

const ACCOUNT = { user: 'admin', password: 'grafana-admin-password' }

let database: TestDatabase
let grafana: Awaited<ReturnType<typeof startGrafanaStandIn>>
let a: Tenant
let b: Tenant

const environment = () => ({
  SPANLEDGER_GRAFANA_URL: grafana.url,
  SPANLEDGER_GRAFANA_PASSWORD: ACCOUNT.password,
  SPANLEDGER_API_URL: 'http://api:4500',
})
const give = ({ orgId }: Tenant, env: Record<string, string> = {}) =>
  tenantGrafana(database, [orgId], { ...environment(), ...env })

async function seenBy(user: string, password: string): Promise<string[]> {
  const client = new pg.Client(database.urlFor(user, password))
  await client.connect()
  const { rows } = await client.query('select distinct org_id from llm_usage')
  await client.end()
  return rows.map((row) => row.org_id)
}

const sourceOf = (org: number, uid: string) =>
  grafana.organisations.get(org)?.sources.get(uid) as unknown as {
    url: string
    user: string
    basicAuthUser: string
    secureJsonData: Record<string, string>
  }

beforeAll(async () => {
  database = await createTestDatabase()
  ;({ a, b } = await createTwoTenants(database.ownerUrl))
  grafana = await startGrafanaStandIn(ACCOUNT)
})

afterAll(async () => {
  await grafana?.close()
  await database?.drop()
})

test('makes an organisation with the tenant’s own data sources and the dashboards they can fill', async () => {
  const printed = (await give(a)) + (await give(b))
  const [, ours, theirs] = [...grafana.organisations.values()]
  expect([ours?.name, theirs?.name]).toEqual([a.orgId, b.orgId])
  for (const [org, tenant] of [
    [2, a],
    [3, b],
  ] as const) {
    expect([...(grafana.organisations.get(org)?.sources.keys() ?? [])]).toEqual(['ledger', 'tempo'])
    const ledger = sourceOf(org, 'ledger')
    expect(ledger).toMatchObject({ url: new URL(database.ownerUrl).host, user: `reader_${tenant.orgId}` })
    expect(await seenBy(ledger.user, ledger.secureJsonData.password ?? '')).toEqual([tenant.orgId])
    const tempo = sourceOf(org, 'tempo')
    expect(tempo).toMatchObject({ url: 'http://api:4500', basicAuthUser: tenant.orgId })
    expect(printed).not.toContain(ledger.secureJsonData.password)
    expect(printed).not.toContain(tempo.secureJsonData.basicAuthPassword)
  }
  const dashboards = [...(ours?.dashboards.keys() ?? [])]
  expect(dashboards).toContain('usage-and-cost')
  expect(dashboards).not.toContain('pipeline-health')
  expect(grafana.organisations.get(1)?.sources.size).toBe(0)
})

test('run again, it renews the secrets and adds nothing', async () => {
  const before = sourceOf(2, 'ledger').secureJsonData.password ?? ''
  const dashboards = grafana.organisations.get(2)?.dashboards.size
  await give(a)
  expect(grafana.organisations.size).toBe(3)
  expect(grafana.organisations.get(2)?.sources.size).toBe(2)
  expect(grafana.organisations.get(2)?.dashboards.size).toBe(dashboards)
  const renewed = sourceOf(2, 'ledger').secureJsonData.password ?? ''
  expect(await seenBy(`reader_${a.orgId}`, renewed)).toEqual([a.orgId])
  expect(renewed).not.toBe(before)
  await expect(seenBy(`reader_${a.orgId}`, before)).rejects.toThrow(/password authentication failed/)
  const owner = new pg.Client(database.ownerUrl)
  await owner.connect()
  const { rows } = await owner.query(
    "select count(*) filter (where revoked_at is null)::int as valid, count(*)::int as made from api_keys where org_id = $1 and name like 'grafana-%'",
    [a.orgId],
  )
  await owner.end()
  expect(rows).toEqual([{ valid: 1, made: 2 }])
})

test('renews nothing when Grafana refuses or is away', async () => {
  const { password = '' } = sourceOf(2, 'ledger').secureJsonData
  await expect(give(a, { SPANLEDGER_GRAFANA_PASSWORD: 'wrong' })).rejects.toThrow(/answered 401: Invalid username/)
  await expect(give(a, { SPANLEDGER_GRAFANA_URL: 'http://127.0.0.1:1' })).rejects.toThrow(/does not answer/)
  await expect(give(a, { SPANLEDGER_GRAFANA_PASSWORD: '' })).rejects.toThrow(/SPANLEDGER_GRAFANA_PASSWORD: required/)
  expect(await seenBy(`reader_${a.orgId}`, password)).toEqual([a.orgId])
})

test('refuses to put a tenant into the superadmins’ organisation', async () => {
  const main = grafana.organisations.get(1)
  if (main) main.name = a.orgId
  const made = grafana.organisations.get(2)
  if (made) made.name = 'other'
  await expect(give(a)).rejects.toThrow(/is number 1: that one is the superadmins’/)
  expect(main?.sources.size).toBe(0)
})

test('names data sources that somebody else gave the organisation', async () => {
  const theirs = grafana.organisations.get(3)
  theirs?.sources.set('own', { uid: 'own', name: 'Somebody’s own' })
  expect(await give(b)).toContain('other data sources, which nobody checked: Somebody’s own')
})

// Each organisation's own Grafana organisation, in the viewer: its data sources show its rows and nobody else's, whatever
// SQL, TraceQL or PromQL a viewer writes. What the superadmins' organisation answers to the same text is the control.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { forgedQueries } from '../support/forged-queries.ts'
import { tenantGrafana } from '../support/tenant-grafana.ts'
import { createTwoTenants, type Tenant } from '../support/two-tenants.ts'
import { startTestViewer, type TestViewer } from '../support/viewer.ts'

const FROM_MS = Date.parse('2026-11-19T00:00:00Z')
const TO_MS = Date.parse('2026-11-22T00:00:00Z')
const MAIN = 1
const TRACE = 'abad1dea'.repeat(4)

let viewer: TestViewer
let a: Tenant
let b: Tenant
/** Grafana organisation of each tenant. */
const numbers = new Map<string, number>()
let printed = ''

const numberOf = (tenant: Tenant) => numbers.get(tenant.orgId) as number
const fileOf = ({ orgId }: Tenant) => join(viewer.tenantsDir, 'datasources', `${orgId}.yaml`)
const passwordOf = (tenant: Tenant): string =>
  parse(readFileSync(fileOf(tenant), 'utf8')).datasources[0].secureJsonData.password

async function giveGrafana(tenant: Tenant): Promise<void> {
  printed += await tenantGrafana(viewer.database, [
    tenant.orgId,
    ...['--files', viewer.tenantsDir, '--api-url', viewer.apiUrl],
  ])
}

const get = (org: number, path: string) =>
  fetch(`${viewer.url}${path}`, { headers: { 'x-grafana-org-id': String(org) } })

interface Reached {
  /** Values only: the query that was sent is echoed elsewhere in the answer. */
  data: string
  error: string
}

async function ask(org: number, uid: string, query: object): Promise<Reached> {
  const response = await fetch(`${viewer.url}/api/ds/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-grafana-org-id': String(org) },
    body: JSON.stringify({ from: FROM_MS, to: TO_MS, queries: [{ refId: 'A', datasource: { uid }, ...query }] }),
  })
  const { results } = (await response.json()) as {
    results: { A: { frames: { data: { values: unknown[][] } }[]; error?: string } }
  }
  return { data: JSON.stringify(results.A.frames.map(({ data }) => data.values)), error: results.A.error ?? '' }
}
const askSql = (org: number, rawSql: string) => ask(org, 'ledger', { format: 'table', rawSql })

async function sendTrace(tenant: Tenant, traceId: string): Promise<void> {
  const at = BigInt(Date.parse('2026-11-20T12:00:00Z')) * 1_000_000n
  const span = {
    traceId,
    spanId: '00000000000000b1',
    name: tenant.marker,
    kind: 2,
    startTimeUnixNano: String(at),
    endTimeUnixNano: String(at + 5_000_000n),
    attributes: [{ key: 'org_id', value: { stringValue: tenant.orgId } }],
    status: {},
  }
  const body = { resourceSpans: [{ resource: {}, scopeSpans: [{ scope: { name: 'app' }, spans: [span] }] }] }
  const answer = await viewer.ledger.post('/v1/traces', JSON.stringify(body))
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
}

beforeAll(async () => {
  viewer = await startTestViewer()
  ;({ a, b } = await createTwoTenants(viewer.database.ownerUrl))
  await sendTrace(b, TRACE)
  for (const tenant of [a, b]) await giveGrafana(tenant)
  const organisations = (await (await get(MAIN, '/api/user/orgs')).json()) as { orgId: number; name: string }[]
  for (const { orgId, name } of organisations) numbers.set(name, orgId)
}, 120_000)

afterAll(async () => {
  await viewer?.close()
})

describe('`tenant grafana`', () => {
  test('gives each organisation a number of its own and prints no secret', () => {
    expect([numberOf(a), numberOf(b)]).toEqual([2, 3])
    for (const tenant of [a, b]) expect(printed).not.toContain(passwordOf(tenant))
    expect(printed).not.toMatch(/slk_/)
  })

  test('writes a file that only its owner may read', () => {
    expect(statSync(fileOf(a)).mode & 0o777).toBe(0o600)
  })

  test('run again it keeps the number, and the viewer signs in with the new password without a restart', async () => {
    const before = passwordOf(a)
    expect((await askSql(numberOf(a), 'select count(*) from deals')).data).toBe('[[[1]]]')
    await giveGrafana(a)
    expect(passwordOf(a)).not.toBe(before)
    expect((await askSql(numberOf(a), 'select count(*) from deals')).data).toBe('[[[1]]]')
    expect(parse(readFileSync(fileOf(a), 'utf8')).datasources[0].orgId).toBe(numberOf(a))
  })

  test('refuses an organisation that is not there', async () => {
    await expect(tenantGrafana(viewer.database, ['nobody', '--files', viewer.tenantsDir])).rejects.toThrow(
      /no organisation nobody/,
    )
  })
})

describe('an organisation of the viewer', () => {
  test('has its own login and the traces of the api, and no Prometheus', async () => {
    const sources = (await (await get(numberOf(a), '/api/datasources')).json()) as { uid: string; url: string }[]
    expect(sources.map(({ uid, url }) => [uid, url])).toEqual([
      ['ledger', new URL(viewer.database.ownerUrl).host],
      ['tempo', viewer.apiUrl],
    ])
    expect(JSON.stringify(sources)).not.toContain(passwordOf(a))
    expect((await askSql(numberOf(a), 'select session_user')).data).toContain(`reader_${a.orgId}`)
    const { error } = await ask(numberOf(a), 'prometheus', { expr: 'up' })
    expect(error).toMatch(/no data source with uid "prometheus"/)
    expect((await ask(MAIN, 'prometheus', { expr: 'up' })).error).toBe('')
    for (const path of [
      '/api/prometheus/prometheus/api/v1/alerts',
      '/api/datasources/uid/prometheus/resources/api/v1/labels',
    ]) {
      expect((await get(numberOf(a), path)).status).toBe(404)
      expect((await get(MAIN, path)).status).toBe(200)
    }
  })

  test('has the dashboards it can ask, and no others', async () => {
    const uidsOf = async (org: number) =>
      ((await (await get(org, '/api/search')).json()) as { uid: string }[]).map(({ uid }) => uid)
    const own = await uidsOf(numberOf(a))
    expect(own).toContain('usage-and-cost')
    expect(own).not.toContain('pipeline-health')
    expect(await uidsOf(MAIN)).toEqual(expect.arrayContaining([...own, 'pipeline-health']))
    expect((await get(numberOf(a), '/api/dashboards/uid/pipeline-health')).status).toBe(404)
  })

  test('is sent to no dashboard it lacks, as the superadmins are (control)', async () => {
    const own = ((await (await get(numberOf(a), '/api/search')).json()) as { uid: string }[]).map(({ uid }) => uid)
    const leadElsewhere = async (org: number) => {
      const models = await Promise.all(own.map(async (uid) => (await get(org, `/api/dashboards/uid/${uid}`)).text()))
      const targets = models.flatMap((text) => [...text.matchAll(/"url":"\/d\/([^/?"]+)/g)].map(([, uid]) => uid))
      return targets.filter((uid) => !own.includes(uid as string))
    }
    expect(await leadElsewhere(numberOf(a))).toEqual([])
    expect((await leadElsewhere(MAIN)).length).toBeGreaterThan(0)
  })

  test('that does not exist gets nothing', async () => {
    for (const org of ['99', '0', '-1', '1e0x', 'main']) {
      const response = await fetch(`${viewer.url}/api/datasources`, { headers: { 'x-grafana-org-id': org } })
      expect([org, response.status]).toEqual([org, 404])
    }
  })
})

describe('a viewer who alters the query', () => {
  test('of any panel or filter gets no row of another organisation', async () => {
    const queries = await forgedQueries(a, b)
    expect(queries.length).toBeGreaterThan(200)
    const leaks: string[] = []
    const idle: string[] = []
    const shown = new Map<string, number>()
    for (const { name, sql, trick } of queries) {
      const [mine, control] = [await askSql(numberOf(a), sql), await askSql(MAIN, sql)]
      if (mine.data.includes(b.marker) || mine.data.includes(b.orgId)) leaks.push(`${name} (${trick}): ${mine.data}`)
      const worked = control.data.includes(b.marker) || control.data.includes(b.orgId)
      shown.set(trick, (shown.get(trick) ?? 0) + Number(worked))
    }
    for (const [trick, count] of shown) if (count === 0) idle.push(trick)
    expect(leaks).toEqual([])
    // Each trick shows the victim's rows to whoever may see them, so that it could have shown them here.
    expect(idle).toEqual([])
    // And the organisation does see its own rows this way.
    const own = await askSql(numberOf(a), 'select to_jsonb(t)::text from llm_usage t')
    expect(own.data).toContain(a.marker)
  }, 300_000)

  test.each([
    ['becoming another role', 'set role spanledger_reader'],
    ['becoming another session', 'set session authorization spanledger_reader'],
    ['a second statement', 'select 1; set role spanledger_reader'],
    ['setting the role', "select set_config('role', 'spanledger_reader', true)"],
    ['reading passwords', 'select rolpassword from pg_authid'],
    ['reading who reads what', 'select * from tenant_readers'],
    ['reading a file', "select pg_read_file('/etc/passwd')"],
    ['running a program', "copy (select 1) to program 'true'"],
    ['leaving the read-only transaction', 'update deals set name = name'],
  ])('is refused %s', async (_, sql) => {
    const { error, data } = await askSql(numberOf(a), sql)
    expect(data).toBe('[]')
    expect(error).toMatch(/permission denied|cannot insert multiple commands|read-only transaction|must be superuser/)
  })

  test('finds no foreign trace, by id or by search', async () => {
    const byId = { queryType: 'traceql', query: TRACE }
    expect((await ask(MAIN, 'tempo', byId)).data).toContain(b.marker)
    expect((await ask(numberOf(b), 'tempo', byId)).data).toContain(b.marker)
    const foreign = await ask(numberOf(a), 'tempo', byId)
    expect(foreign.data).not.toContain(b.marker)
    for (const query of ['{}', `{ name = "${b.marker}" }`, `{ span.org_id = "${b.orgId}" }`]) {
      const search = { queryType: 'traceql', query }
      expect([query, (await ask(numberOf(a), 'tempo', search)).data.includes(TRACE)]).toEqual([query, false])
      expect([query, (await ask(MAIN, 'tempo', search)).data.includes(TRACE)]).toEqual([query, true])
    }
    const proxied = `/api/datasources/proxy/uid/tempo/api/v2/traces/${TRACE}`
    expect((await get(numberOf(a), proxied)).status).toBe(404)
    expect((await get(MAIN, proxied)).status).toBe(200)
  })
})

// What must hold once docker-compose.yml is up. In: ports, secrets and access to the containers. Out: named checks.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ports, Secrets } from '../settings.ts'
import type { Docker } from './images.ts'

export interface Check {
  name: string
  run(): Promise<void>
}

export interface ComposeUnderTest {
  docker: Docker
  project: string
  services: readonly string[]
  ports: Ports
  secrets: Secrets
}

const HEALTHY_WITHIN_MS = 180_000
const BOOKED_WITHIN_MS = 60_000
/** Services that end after their work, and those without a check of their own. */
const ONE_SHOT = new Set(['config', 'bootstrap', 'collector-ready'])
const WITHOUT_HEALTH_CHECK = new Set(['collector', 'traffic'])

export function composeChecks(compose: ComposeUnderTest): Check[] {
  const { ports, secrets, services } = compose
  const get = async (url: string) => {
    const response = await fetch(url)
    if (!response.ok) throw new Error(`${url} answers ${response.status}`)
    return response
  }
  const [org = '', deal = '', key = ''] = secrets.DEMO_API_KEYS.split(',')[0]?.split(':') ?? []
  let traceId = ''
  return [
    ...services.map((service) => ({ name: `${service} ${wanted(service)}`, run: () => settled(compose, service) })),
    {
      name: 'the collector refuses a wrong bearer token',
      async run() {
        const response = await fetch(`http://127.0.0.1:${ports.COLLECTOR_OTLP_HTTP_PORT}/v1/traces`, {
          method: 'POST',
          headers: { authorization: 'Bearer wrong', 'content-type': 'application/json' },
          body: '{"resourceSpans":[]}',
        })
        if (response.status !== 401) throw new Error(`answers ${response.status}`)
      },
    },
    {
      name: 'a chat is answered and names its trace',
      async run() {
        const response = await fetch(`http://127.0.0.1:${ports.DEMO_PORT}/api/chat`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ message: 'What does the report say about revenue?' }),
        })
        const body = await response.text()
        traceId = response.headers.get('x-trace-id') ?? ''
        if (!response.ok || !/^[0-9a-f]{32}$/.test(traceId)) throw new Error(`${response.status} ${body.slice(0, 300)}`)
      },
    },
    {
      name: 'its model call is one priced row of the right organisation and deal',
      run: () =>
        until(BOOKED_WITHIN_MS, async () => {
          const sql = `select org_id, deal_id, line_kind, price_status, cost_usd > 0 from llm_usage where trace_id = '${traceId}' and operation = 'chat'`
          const rows = await psql(compose, sql)
          if (rows !== `${org}|${deal}|call|priced|t`) throw new Error(`rows: ${JSON.stringify(rows)}`)
        }),
    },
    {
      name: 'Prometheus scrapes every target',
      run: () =>
        until(BOOKED_WITHIN_MS, async () => {
          const response = await get(`http://127.0.0.1:${ports.PROMETHEUS_PORT}/api/v1/targets?state=active`)
          const { data } = (await response.json()) as {
            data: { activeTargets: { scrapePool: string; health: string }[] }
          }
          const down = data.activeTargets.filter(({ health }) => health !== 'up').map(({ scrapePool }) => scrapePool)
          if (data.activeTargets.length < 6 || down.length > 0) throw new Error(`not up: ${down.join(', ')}`)
        }),
    },
    {
      name: 'Prometheus has the call with organisation and deal',
      run: () =>
        until(BOOKED_WITHIN_MS, async () => {
          const query = `gen_ai_client_operation_duration_seconds{org_id="${org}",deal_id="${deal}"}`
          const url = `http://127.0.0.1:${ports.PROMETHEUS_PORT}/api/v1/query?query=${encodeURIComponent(query)}`
          const { data } = (await (await get(url)).json()) as { data: { result: unknown[] } }
          if (data.result.length === 0) throw new Error(`${query} has no series`)
        }),
    },
    {
      name: 'Alertmanager has loaded its configuration and Prometheus its rules',
      async run() {
        await get(`http://127.0.0.1:${ports.ALERTMANAGER_PORT}/api/v2/status`)
        const response = await get(`http://127.0.0.1:${ports.PROMETHEUS_PORT}/api/v1/rules`)
        const { data } = (await response.json()) as { data: { groups: unknown[] } }
        if (data.groups.length === 0) throw new Error('no rule groups')
      },
    },
  ]
}

const wanted = (service: string): string =>
  ONE_SHOT.has(service) ? 'ends well' : WITHOUT_HEALTH_CHECK.has(service) ? 'runs' : 'is healthy'

async function settled({ docker, project }: ComposeUnderTest, service: string): Promise<void> {
  const format = '{{.State.Status}} {{.State.ExitCode}} {{if .State.Health}}{{.State.Health.Status}}{{end}}'
  const ids = await docker([
    'ps',
    '-aq',
    '-f',
    `label=com.docker.compose.project=${project}`,
    '-f',
    `label=com.docker.compose.service=${service}`,
  ])
  const id = ids.split('\n')[0]
  if (!id) throw new Error('no container')
  const expected = ONE_SHOT.has(service)
    ? /^exited 0 /
    : WITHOUT_HEALTH_CHECK.has(service)
      ? /^running /
      : /^running 0 healthy$/
  await until(HEALTHY_WITHIN_MS, async () => {
    const state = await docker(['inspect', '--format', format, id])
    if (!expected.test(state)) throw new Error(`${state}\n${(await docker(['logs', '--tail', '8', id])).slice(-1500)}`)
  })
}

const psql = async ({ docker, project, secrets }: ComposeUnderTest, sql: string): Promise<string> => {
  const filter = [
    '-f',
    `label=com.docker.compose.project=${project}`,
    '-f',
    'label=com.docker.compose.service=postgres',
  ]
  const id = await docker(['ps', '-q', ...filter])
  const url = `postgres://postgres:${secrets.POSTGRES_PASSWORD}@127.0.0.1:5432/spanledger`
  return docker(['exec', id, 'psql', url, '-tAc', sql])
}

/** Repeats `look` until it does not throw; its last error is the reason when time is up. */
async function until(timeoutMs: number, look: () => Promise<void>): Promise<void> {
  const deadlineMs = Date.now() + timeoutMs
  for (;;) {
    try {
      return await look()
    } catch (error) {
      if (Date.now() >= deadlineMs) throw error
    }
    await sleep(1_000)
  }
}

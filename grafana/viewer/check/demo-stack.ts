// A stack to look at: the one of this checkout if it runs, else one of its own with fifteen days of demo data and live traffic.
// In: VIEWER_URL, INBOX_URL, ports from the environment. Out: URLs for the length of some work.
import { join, resolve } from 'node:path'
import { execa } from 'execa'
import { cacheDir, componentPath } from '../../../stack/components.ts'
import { type Stack, startStack } from '../../../stack/start-stack.ts'

export interface LookedAt {
  viewerUrl: string
  inboxUrl: string
  /** A stack that was there before may have none: then panels are empty that need not be. */
  hasDemoData: boolean
}

const ROOT = resolve(import.meta.dirname, '../../..')
// So that the last seven finished days can be compared with the seven before.
const DAYS = 15
const TRACES = 40_000
const LIVE_CALLS = 20
const WAIT_MS = 300_000
const DAY_MS = 86_400_000

/** The first value that a query of the viewer gives; undefined when there is none. */
export async function askViewer(
  viewerUrl: string,
  query: object,
  range = { from: 0, to: Date.now() },
): Promise<unknown> {
  const response = await fetch(`${viewerUrl}/api/ds/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...range, queries: [{ refId: 'A', ...query }] }),
  })
  const { results } = (await response.json()) as { results: { A: { frames: { data: { values: unknown[][] } }[] } } }
  return results.A.frames[0]?.data.values.at(-1)?.[0]
}

export const askLedger = (viewerUrl: string, rawSql: string): Promise<unknown> =>
  askViewer(viewerUrl, { datasource: { uid: 'ledger' }, format: 'table', rawSql })

export async function withDemoStack<T>(work: (at: LookedAt) => Promise<T>): Promise<T> {
  const given = {
    viewerUrl: process.env.VIEWER_URL ?? `http://127.0.0.1:${process.env.GRAFANA_PORT ?? 3000}`,
    inboxUrl: process.env.INBOX_URL ?? `http://127.0.0.1:${process.env.INBOX_WEB_PORT ?? 8025}`,
  }
  if (await isViewer(given.viewerUrl)) return work({ ...given, hasDemoData: await hasFirstDays(given.viewerUrl) })
  console.log(`No viewer answers at ${given.viewerUrl}: starting a stack with ${DAYS} days of demo data`)
  const stack = await startStack({ env: { PROMETHEUS_SCRAPE_INTERVAL: '5s' }, timeoutMs: WAIT_MS })
  try {
    const viewerUrl = `http://127.0.0.1:${stack.ports.GRAFANA_PORT}`
    await loadDemoData(stack)
    await whenDrawable(viewerUrl)
    const inboxUrl = `http://127.0.0.1:${stack.ports.INBOX_WEB_PORT}`
    return await work({ viewerUrl, inboxUrl, hasDemoData: true })
  } finally {
    await stack.stop()
  }
}

const isViewer = (url: string) =>
  fetch(`${url}/api/health`).then(
    async (response) => ((await response.json()) as { version?: string }).version === 'viewer',
    () => false,
  )

const hasFirstDays = async (viewerUrl: string) =>
  Number(await askLedger(viewerUrl, `select count(*) from usage_daily where day <= current_date - ${DAYS - 1}`)) > 0

async function loadDemoData(stack: Stack): Promise<void> {
  const size = ['--days', String(DAYS), '--traces', String(TRACES)]
  const history = [
    ...['--prometheus-data', join(stack.stateDir, 'data/prometheus/tsdb')],
    ...['--prometheus', componentPath('prometheus', cacheDir())],
  ]
  await execa(process.execPath, [join(ROOT, 'src/cli/main.ts'), 'demo-data', ...size, ...history], {
    env: { SPANLEDGER_DATABASE_URL: stack.databaseUrl('postgres'), WRITER_PASSWORD: stack.secrets.WRITER_PASSWORD },
    stdio: 'inherit',
  })
}

/** Live traffic is booked, and Prometheus has taken the history in, which takes it a minute or two. */
async function whenDrawable(viewerUrl: string): Promise<void> {
  const deadline = Date.now() + WAIT_MS
  const at = Date.now() - 2 * DAY_MS
  while (Date.now() < deadline) {
    const live = await askLedger(
      viewerUrl,
      `select count(*) from llm_usage where created_at > now() - interval '10 minutes'`,
    )
    const expr = 'count(gen_ai_client_operation_duration_seconds)'
    const range = { from: at - 3_600_000, to: at }
    const past = await askViewer(viewerUrl, { datasource: { uid: 'prometheus' }, expr, instant: true }, range)
    if (Number(live) >= LIVE_CALLS && Number(past) > 0) return
    await new Promise((resolve) => setTimeout(resolve, 2_000))
  }
  throw new Error(`no live calls and metric history within ${WAIT_MS / 1000} s`)
}

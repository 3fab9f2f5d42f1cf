// `make check-dashboards`: draws every dashboard of a running viewer, at both widths and in both themes. In: the stack of
// this checkout if it runs (or VIEWER_URL), else one of its own with demo traffic. Out: one line each, and a last line
// `N passed, N failed`.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { startStack } from '../../../stack/start-stack.ts'
import { drawDashboard, LOOKS } from './draw-dashboard.ts'

const CHROMIUM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium'
/** Row E6: a dashboard is loaded within three seconds. */
const MAX_LOAD_MS = 3_000
const FIRST_CALLS_WITHIN_MS = 120_000
const WANTED_CALLS = 20

const given = process.env.VIEWER_URL ?? `http://127.0.0.1:${process.env.GRAFANA_PORT ?? 3000}`

const isViewer = (url: string) =>
  fetch(`${url}/api/health`).then(
    async (response) => ((await response.json()) as { version?: string }).version === 'viewer',
    () => false,
  )

/** Waits until some traffic is booked: dashboards of an empty stack show nothing. */
async function whenCallsAreBooked(url: string): Promise<void> {
  const deadline = Date.now() + FIRST_CALLS_WITHIN_MS
  const queries = [
    { refId: 'A', datasource: { uid: 'ledger' }, format: 'table', rawSql: 'select count(*) from llm_usage' },
  ]
  while (Date.now() < deadline) {
    const response = await fetch(`${url}/api/ds/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from: 0, to: Date.now(), queries }),
    })
    const { results } = (await response.json()) as { results: { A: { frames: { data: { values: number[][] } }[] } } }
    if (Number(results.A.frames[0]?.data.values[0]?.[0]) >= WANTED_CALLS) return
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  throw new Error(`no ${WANTED_CALLS} model calls were booked within ${FIRST_CALLS_WITHIN_MS / 1000} s`)
}

async function check(url: string): Promise<number> {
  const dashboards = (await (await fetch(`${url}/api/search`)).json()) as { uid: string; title: string; url: string }[]
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  let failed = 0
  try {
    for (const dashboard of dashboards) {
      for (const look of LOOKS) {
        const drawing = await drawDashboard(browser, url, dashboard.url, look)
        const problems = [
          ...drawing.problems,
          ...drawing.withoutData.map((title) => `"${title}" is empty and does not say why`),
          ...(drawing.panels.length === 0 ? ['no panel was drawn'] : []),
          ...(drawing.loadMs > MAX_LOAD_MS ? [`took ${drawing.loadMs} ms, more than ${MAX_LOAD_MS} ms`] : []),
        ]
        const what = `${dashboard.title}, ${look.theme}, ${look.widthPx} px: ${drawing.panels.length} panels in ${drawing.loadMs} ms`
        console.log(problems.length === 0 ? `✔ ${what}` : `✖ ${what}\n  ${problems.join('\n  ')}`)
        if (problems.length > 0) failed += 1
      }
    }
  } finally {
    await browser.close()
  }
  console.log(`${dashboards.length * LOOKS.length - failed} passed, ${failed} failed`)
  return dashboards.length > 0 && failed === 0 ? 0 : 1
}

async function main(): Promise<number> {
  if (!existsSync(CHROMIUM)) throw new Error(`no Chromium at ${CHROMIUM}: install it, or name one in CHROMIUM_BIN`)
  if (await isViewer(given)) return check(given)
  console.log(`No viewer answers at ${given}: starting a stack for this check`)
  const stack = await startStack({ env: { PROMETHEUS_SCRAPE_INTERVAL: '2s' } })
  try {
    const url = `http://127.0.0.1:${stack.ports.GRAFANA_PORT}`
    await whenCallsAreBooked(url)
    return await check(url)
  } finally {
    await stack.stop()
  }
}

process.exitCode = await main()

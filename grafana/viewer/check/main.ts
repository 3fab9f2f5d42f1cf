// `make check-dashboards`: draws every dashboard at both widths and in both themes, on a stack with demo data. In: see
// demo-stack.ts. Out: one line each, and a last line `N passed, N failed`.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { type LookedAt, withDemoStack } from './demo-stack.ts'
import { drawDashboard, LOOKS } from './draw-dashboard.ts'
import { liveTracePath } from './live-trace.ts'

const CHROMIUM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium'
/** Row E6: a dashboard is loaded within three seconds. */
const MAX_LOAD_MS = 3_000

/** Panels by dashboard that have nothing to show on demo data, while nothing is wrong with them. */
const EMPTY_ON_DEMO_DATA: Record<string, string[]> = {
  alerts: [
    // nobody acknowledges an alert here
    ...['Time to acknowledge', 'Mean time to resolve'],
    // they show what failed, and nothing did
    ...['Failed notifications', 'Rules that failed'],
    // points of a week are half an hour apart, and the stack is minutes old
    'Age of the api’s jobs',
  ],
  // Neo4j was down yesterday or earlier; this dashboard opens with the last three hours
  'neo4j-health': ['Failed graph queries'],
  // the demo app has no Redis
  infrastructure: ['Redis'],
  'pipeline-health': [
    // they show what failed or was given up, and nothing was
    ...[
      'Dropped on the way to Tempo',
      'Failed sends by branch',
      'Span metrics beyond their limit',
      'Transactions that failed',
    ],
    ...['Redis errors', 'Vector search errors'],
    // the ledger that runs did not see the history, where the model without a price is
    'Unpriced calls',
    // the demo app has no Postgres
    'Postgres queries of applications, p95',
  ],
}

async function check({ viewerUrl: url, hasDemoData }: LookedAt): Promise<number> {
  if (!hasDemoData) console.log('This stack has no two weeks of demo data: panels may be empty')
  const dashboards = (await (await fetch(`${url}/api/search`)).json()) as { uid: string; title: string; url: string }[]
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  let failed = 0
  try {
    // The first page of a fresh browser and server pays for starting them.
    await drawDashboard(browser, url, '/', LOOKS[0] as (typeof LOOKS)[number])
    for (const dashboard of dashboards) {
      const path = dashboard.uid === 'trace' ? await liveTracePath(url) : dashboard.url
      for (const look of LOOKS) {
        const drawing = await drawDashboard(browser, url, path, look)
        const problems = [
          ...drawing.problems,
          ...drawing.withoutReason.map((title) => `"${title}" is empty and does not say why`),
          ...drawing.withoutData
            .filter((title) => hasDemoData && !EMPTY_ON_DEMO_DATA[dashboard.uid]?.includes(title))
            .map((title) => `"${title}" is empty on demo data`),
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

if (!existsSync(CHROMIUM)) throw new Error(`no Chromium at ${CHROMIUM}: install it, or name one in CHROMIUM_BIN`)
process.exitCode = await withDemoStack(check)

// `make check-dashboards`: draws every dashboard at both widths and in both themes, on a stack with demo data. In: see
// demo-stack.ts. Out: one line each, and a last line `N passed, N failed`.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { withDemoStack } from './demo-stack.ts'
import { drawDashboard, LOOKS } from './draw-dashboard.ts'

const CHROMIUM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium'
/** Row E6: a dashboard is loaded within three seconds. */
const MAX_LOAD_MS = 3_000

/** Panels by dashboard that have nothing to show where nothing is wrong. */
const EMPTY_ON_DEMO_DATA: Record<string, string[]> = {}

async function check(url: string): Promise<number> {
  const dashboards = (await (await fetch(`${url}/api/search`)).json()) as { uid: string; title: string; url: string }[]
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  let failed = 0
  try {
    // The first page of a fresh browser and server pays for starting them.
    await drawDashboard(browser, url, '/', LOOKS[0] as (typeof LOOKS)[number])
    for (const dashboard of dashboards) {
      for (const look of LOOKS) {
        const drawing = await drawDashboard(browser, url, dashboard.url, look)
        const problems = [
          ...drawing.problems,
          ...drawing.withoutReason.map((title) => `"${title}" is empty and does not say why`),
          ...drawing.withoutData
            .filter((title) => !EMPTY_ON_DEMO_DATA[dashboard.uid]?.includes(title))
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
process.exitCode = await withDemoStack(({ viewerUrl }) => check(viewerUrl))

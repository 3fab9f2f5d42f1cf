// Draws one dashboard in a real browser and looks at it. In: browser, the viewer's URL, dashboard, theme, width. Out: how
// long it took and what is wrong with it.
import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'

export interface Look {
  theme: 'dark' | 'light'
  widthPx: number
}

export interface Drawing {
  /** From the request for the page to the last answer it needed. */
  loadMs: number
  /** Titles of the panels that were drawn. */
  panels: string[]
  /** Panels without data. */
  withoutData: string[]
  /** Those of them that do not say why. */
  withoutReason: string[]
  problems: string[]
}

export const LOOKS: Look[] = (['dark', 'light'] as const).flatMap((theme) =>
  [1440, 1024].map((widthPx) => ({ theme, widthPx })),
)

const INSPECT = readFileSync(new URL('./inspect-page.js', import.meta.url), 'utf8')
const PANEL = '[data-testid^="data-testid Panel header"]'
const TIMEOUT_MS = 60_000
const QUIET_MS = 600
const POLL_MS = 200

/** Waits until no panel loads any more, and a moment for charts to draw what came. */
export async function whenDrawn(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle', { timeout: TIMEOUT_MS })
  const loading = page.getByLabel('Panel loading bar')
  for (let quietMs = 0; quietMs < QUIET_MS; quietMs += POLL_MS) {
    if ((await loading.count()) > 0) quietMs = 0
    await page.waitForTimeout(POLL_MS)
  }
}

/** @param path of the page, e.g. `/d/usage-and-cost`. */
export async function drawDashboard(browser: Browser, viewerUrl: string, path: string, look: Look): Promise<Drawing> {
  const page = await browser.newPage({ viewport: { width: look.widthPx, height: 1000 } })
  const problems: string[] = []
  let lastAnswerAt = 0
  page.on(
    'console',
    (message) => message.type() === 'error' && problems.push(`console: ${message.text().slice(0, 300)}`),
  )
  page.on('pageerror', (error) => problems.push(`exception: ${error.message.slice(0, 300)}`))
  page.on('response', (response) => {
    lastAnswerAt = Date.now()
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`)
  })
  try {
    const startedAt = Date.now()
    await page.goto(`${viewerUrl}${path}${path.includes('?') ? '&' : '?'}theme=${look.theme}`, { timeout: TIMEOUT_MS })
    // On a busy machine the network is idle before the page has begun to ask for anything.
    if (path.startsWith('/d/')) await page.locator(PANEL).first().waitFor({ timeout: TIMEOUT_MS })
    await whenDrawn(page)
    const loadMs = lastAnswerAt - startedAt
    // Panels far below are drawn by now too; fonts change the width of texts.
    const seen = await page.evaluate<Omit<Drawing, 'loadMs'>>(INSPECT)
    return { ...seen, loadMs, problems: [...problems, ...seen.problems] }
  } finally {
    await page.close()
  }
}

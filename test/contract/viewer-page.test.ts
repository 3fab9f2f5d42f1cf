// The viewer's page in a real browser: every generated dashboard and every panel type, dark and wide, light and narrow (the
// other two pairs are `make check-dashboards`'); a trace with its ledger lines and logs. Skipped where there is no Chromium or `make install` has not built the page.
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawDashboard, type Look } from '../../grafana/viewer/check/draw-dashboard.ts'
import { exploreTraceUrl } from '../../grafana/viewer/web/explore/trace-url.ts'
import { bookCalls, seedOrganisations } from '../support/api.ts'
import { CHROMIUM, missingForPages } from '../support/browser.ts'
import { sendChatTrace } from '../support/chat-trace.ts'
import { startTestViewer, type TestViewer } from '../support/viewer.ts'
import { galleryDashboard } from '../support/viewer-gallery.ts'

const MAX_LOAD_MS = 3_000
const GENERATED = resolve(import.meta.dirname, '../../grafana/generated')
const TRACE = 'beef'.repeat(8)

const WIDE: Look = { theme: 'dark', widthPx: 1440 }
const NARROW: Look = { theme: 'light', widthPx: 1024 }

interface PanelOfDashboard {
  type: string
  title?: string
}

/** Titles of a generated dashboard's panels. */
const panelTitles = (uid: string): string[] => {
  const { panels } = JSON.parse(readFileSync(resolve(GENERATED, `${uid}.json`), 'utf8')) as {
    panels: PanelOfDashboard[]
  }
  return panels.filter(({ type }) => type !== 'row').map(({ title = '' }) => title)
}

const missing = missingForPages()
const suite = `the viewer's page${missing.length > 0 ? ` (${missing.join(', ')})` : ''}`

let viewer: TestViewer
let browser: Browser

const flawedPanel = (id: number, title: string, rawSql: string) => ({
  id,
  type: 'stat',
  title,
  gridPos: { x: (id - 1) * 4, y: 0, w: 4, h: 5 },
  targets: [{ refId: 'A', datasource: { uid: 'ledger' }, format: 'table', rawSql }],
})
const FLAWED = {
  uid: 'flawed',
  title: 'Flawed',
  panels: [
    flawedPanel(1, 'Wrong', 'select nonsense'),
    flawedPanel(2, 'A title that is far too long for so narrow a panel', 'select 1 as one'),
    flawedPanel(3, 'Empty', 'select 1 as one where false'),
  ],
}

describe.skipIf(missing.length > 0)(suite, () => {
  // No price book is loaded here, so that call is booked as unpriced.
  beforeAll(async () => {
    viewer = await startTestViewer({ dashboards: [galleryDashboard(TRACE), FLAWED] })
    await seedOrganisations(viewer.database)
    const hours = Array.from({ length: 48 }, (_, hour) => new Date(Date.now() - hour * 3_600_000))
    await bookCalls(
      viewer.database,
      hours.flatMap((at) => [
        { orgId: 'acme', dealId: 'falcon', at, costUsd: '0.0123', feature: 'chat' },
        { orgId: 'globex', dealId: 'eagle', at, costUsd: null, feature: 'search', status: 'error' },
      ]),
    )
    await sendChatTrace(viewer.ledger, TRACE)
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
    // The first page of a fresh browser and server pays for starting them.
    await drawDashboard(browser, viewer.url, '/', WIDE)
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await viewer?.close()
  }, 60_000)

  const uids = [...readdirSync(GENERATED).map((name) => name.replace('.json', '')), 'gallery']
  for (const uid of uids) {
    for (const look of [WIDE, NARROW]) {
      test(`${uid} draws at ${look.widthPx} px in the ${look.theme} theme`, async ({ annotate }) => {
        const drawing = await drawDashboard(browser, viewer.url, `/d/${uid}`, look)
        await annotate(`loaded in ${drawing.loadMs} ms (limit ${MAX_LOAD_MS} ms)`)
        expect(drawing.problems).toEqual([])
        expect(drawing.withoutReason).toEqual([])
        if (uid === 'gallery') expect(drawing.withoutData).toEqual([])
        else expect(new Set(drawing.panels)).toEqual(new Set(panelTitles(uid)))
      })
    }
  }

  test('control: a query that fails, a title that is cut off and an empty panel are noticed', async () => {
    const drawing = await drawDashboard(browser, viewer.url, '/d/flawed', { theme: 'dark', widthPx: 1024 })
    expect(drawing.problems).toEqual([
      expect.stringMatching(/^error badge at "Wrong"/),
      expect.stringMatching(/^text cut off at "A title that is far too long/),
    ])
    expect(drawing.withoutReason).toEqual(['Wrong', 'Empty'])
    expect(drawing.withoutData).toEqual(['Wrong', 'Empty'])
  })

  test('a trace opens with its spans, what it cost, and its log, and a span with whose it was', async () => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } })
    await page.goto(viewer.url + exploreTraceUrl('tempo', TRACE))
    await page.getByText('POST /chat').first().waitFor()
    await page.getByRole('cell', { name: 'unpriced', exact: true }).waitFor()
    await page.getByRole('cell', { name: 'answered in style' }).waitFor()
    expect(await page.getByRole('treeitem').count()).toBe(2)
    await page.getByRole('treeitem').nth(1).getByRole('button', { name: 'chat gpt-4o' }).click()
    const details = page.getByTestId('span-details')
    for (const shown of ['falcon', 'acme', '120', 'Event first chunk', 'small']) {
      expect(await details.textContent()).toContain(shown)
    }
    await page.close()
  })

  test('one panel fills the page with viewPanel, and kiosk leaves navigation out', async () => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } })
    await page.goto(`${viewer.url}/d/usage-and-cost?viewPanel=2&kiosk`)
    const panels = page.locator('[data-testid^="data-testid Panel header"]')
    await panels.first().waitFor()
    expect(await panels.count()).toBe(1)
    expect((await panels.first().boundingBox())?.width).toBeGreaterThan(1300)
    expect(await page.locator('nav').count()).toBe(0)
    await page.close()
  })

  test('panels repeat for what is chosen', async () => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 3000 } })
    await page.goto(`${viewer.url}/d/gallery?var-who=acme&var-who=initech`)
    await page.getByText('For initech').waitFor()
    expect(await page.getByText('For acme').count()).toBe(1)
    expect(await page.getByText('For globex').count()).toBe(0)
    await page.close()
  })
})

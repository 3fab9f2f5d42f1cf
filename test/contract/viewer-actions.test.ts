// What people do on the viewer's pages, in a real browser: menus, legends, links, filters, organisations, and the way from
// a cost spike to a trace. Skipped where there is no Chromium or `make install` has not built the page.
import { readFileSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { bookCalls, seedOrganisations } from '../support/api.ts'
import { CHROMIUM, missingForPages } from '../support/browser.ts'
import { sendChatTrace } from '../support/chat-trace.ts'
import { tenantGrafana } from '../support/tenant-grafana.ts'
import { startTestViewer, type TestViewer } from '../support/viewer.ts'
import { actionsDashboard, sendExemplar } from '../support/viewer-actions.ts'

const TRACE = 'cafe'.repeat(8)
const missing = missingForPages()
/** Pages answer late on a busy machine. */
const SOON = { timeout: 20_000 }

/** What is used of the browser's own window. */
interface Styles {
  getComputedStyle(element: unknown): { color: string }
}

let viewer: TestViewer
let browser: Browser
let page: Page
const errors: string[] = []

async function open(path: string): Promise<void> {
  page = await browser.newPage({ viewport: { width: 1440, height: 1600 } })
  page.setDefaultTimeout(20_000)
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto(viewer.url + path)
}

const panel = (title: string) => page.getByTestId(`data-testid Panel header ${title}`)

/** The menu shows on hover. */
async function choose(title: string, item: string): Promise<void> {
  await panel(title).hover()
  await page.getByTestId(`data-testid Panel menu ${title}`).click()
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}

describe.skipIf(missing.length > 0)(
  `the viewer in use${missing.length > 0 ? ` (${missing.join(', ')})` : ''}`,
  { timeout: 180_000 },
  () => {
    beforeAll(async () => {
      viewer = await startTestViewer({ dashboards: [actionsDashboard()] })
      await seedOrganisations(viewer.database)
      const days = Array.from({ length: 6 }, (_, day) => new Date(Date.now() - (day + 1) * 86_400_000))
      await bookCalls(
        viewer.database,
        days.flatMap((at) => [
          { orgId: 'acme', dealId: 'falcon', at, costUsd: '0.5', feature: 'chat' },
          { orgId: 'globex', dealId: 'eagle', at, costUsd: '0.25', feature: 'search' },
        ]),
      )
      await sendChatTrace(viewer.ledger, TRACE)
      // The spike: one call of that trace, forty times as dear as a usual day.
      await bookCalls(viewer.database, [
        { orgId: 'acme', dealId: 'falcon', at: new Date(), costUsd: '20', feature: 'chat', traceId: TRACE },
      ])
      await sendExemplar(viewer.prometheusUrl, TRACE)
      for (const org of ['acme', 'globex'])
        await tenantGrafana(viewer.database, [org, '--files', viewer.tenantsDir, '--api-url', viewer.apiUrl])
      browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
    }, 180_000)
    afterEach(async () => {
      await page?.close()
      expect(errors.splice(0)).toEqual([])
    })
    afterAll(async () => {
      await browser?.close()
      await viewer?.close()
    }, 60_000)

    test('two clicks lead from a cost spike to the call behind it and to its trace, and back', async () => {
      await open('/d/usage-and-cost?from=now-6d&to=now')
      const chart = panel('Cost over time by feature').locator('.u-over')
      await chart.waitFor()
      await page.waitForLoadState('networkidle')
      const { x, y, width, height } = (await chart.boundingBox()) as NonNullable<
        Awaited<ReturnType<typeof chart.boundingBox>>
      >
      // Today's bar is the last one.
      const spike = await findBar(x, y, width, height)
      await page.mouse.click(spike.x, spike.y)
      await page.waitForURL(/\/d\/calls\?.*var-at=\d+/)
      await page.getByRole('link', { name: TRACE }).first().click()
      await page.waitForURL(/\/explore\?/)
      await page.getByText('POST /chat').first().waitFor()
      // From the trace to the ledger line and the log, and from them back to the span.
      const line = page.locator('section', { hasText: 'Ledger lines' })
      await line.getByRole('button', { name: '00000000000000a2' }).first().click()
      await page.getByTestId('span-details').waitFor()
      await page.locator('section', { hasText: 'Logs' }).getByRole('cell', { name: 'answered in style' }).waitFor()
      await page.goBack()
      await page.waitForURL(/\/d\/calls/)
      await page.getByRole('link', { name: TRACE }).first().waitFor()
    })

    /** Moves along the foot of a chart from the right until a tooltip says it is over a bar worth clicking. */
    async function findBar(x: number, y: number, width: number, height: number): Promise<{ x: number; y: number }> {
      const tooltip = page.getByText(/^\$20(\.0+)?$/).first()
      for (let share = 0.99; share > 0.5; share -= 0.01) {
        const at = { x: x + width * share, y: y + height * 0.6 }
        await page.mouse.move(at.x, at.y)
        // It comes late on a busy machine.
        const isShown = await tooltip.waitFor({ timeout: 500 }).then(
          () => true,
          () => false,
        )
        if (isShown) return at
      }
      throw new Error('no bar of $20 in the chart')
    }

    test('the panel menu shows one panel large, its data, its query, and saves CSV', async () => {
      await open('/d/actions')
      await panel('Two lines').locator('.u-over').waitFor()
      await choose('Parts', 'View')
      await page.waitForURL(/viewPanel=panel-/)
      await expect.poll(() => page.locator('[data-testid^="data-testid Panel header"]').count(), SOON).toBe(1)
      await choose('Parts', 'Back to dashboard')
      await panel('Two lines').waitFor()
      await choose('Parts', 'Inspect query')
      await page.getByText('from (values').first().waitFor()
      await page.getByRole('tab', { name: 'Data' }).click()
      await page.waitForURL(/inspectTab=data/)
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Download CSV' }).click(),
      ])
      expect(download.suggestedFilename()).toMatch(/^Parts-data-.*\.csv$/)
      const text = readFileSync(await download.path(), 'utf8')
      expect(text.split('\r\n').slice(0, 2)).toEqual(['feature,cost,calls', 'chat,12.5,3'])
    })

    test('a click on the legend shows one series alone, with Ctrl another beside it', async () => {
      await open('/d/actions')
      const names = ['a', 'b', 'c']
      const legend = (name: string) =>
        panel('Two lines').getByTestId(`data-testid VizLegend series ${name}`).locator('button')
      const colorOf = (name: string) =>
        legend(name).evaluate((button) => (globalThis as unknown as Styles).getComputedStyle(button).color)
      let usual = ''
      const shown = async () => {
        const colors = await Promise.all(names.map(colorOf))
        return names.filter((_, index) => colors[index] === usual)
      }
      await legend('a').waitFor()
      usual = await colorOf('a')
      expect(await shown()).toEqual(names)
      await legend('a').click()
      await expect.poll(shown, SOON).toEqual(['a'])
      await legend('c').click({ modifiers: ['Control'] })
      await expect.poll(shown, SOON).toEqual(['a', 'c'])
      await legend('a').click()
      await legend('a').click()
      await expect.poll(shown, SOON).toEqual(names)
    })

    test('annotations stand on the chart, and a switch takes them away', async () => {
      await open('/d/actions')
      const marks = panel('Two lines').getByTestId('annotation')
      await expect.poll(() => marks.count(), SOON).toBe(2)
      expect(await marks.first().textContent()).toContain('deployed 1')
      await page.locator('#data-layer-annotations-0').click({ force: true })
      await expect.poll(() => marks.count(), SOON).toBe(0)
    })

    test('an exemplar opens its trace', async () => {
      await open('/d/actions')
      const points = panel('Calls').getByTestId('exemplar')
      await expect.poll(() => points.count(), SOON).toBe(1)
      await points.first().click()
      await page.waitForURL(/\/explore/)
      await page.getByText('POST /chat').first().waitFor()
    })

    test('an ad hoc filter narrows every Prometheus query', async () => {
      await open('/d/actions?var-filters=job|%3D|nothing')
      await panel('Targets up').getByText('No data').waitFor()
      await page.goto(`${viewer.url}/d/actions?var-filters=job|%3D|prometheus`)
      await panel('Targets up').locator('.u-over').waitFor()
    })

    test('transformations, overrides and mappings change what a table shows', async () => {
      await open('/d/actions')
      const table = panel('Parts')
      for (const text of ['Feature', '$12.5', 'three']) await table.getByText(text, { exact: true }).first().waitFor()
      // `summary` is filtered out and the rest sorted by a transformation.
      expect(await table.getByText('summary').count()).toBe(0)
    })

    test('links in the header carry range and filters', async () => {
      await open('/d/actions?from=now-2h&to=now&var-words=hello')
      await page.getByRole('button', { name: 'Elsewhere' }).click()
      await page.waitForURL(/\/d\/usage-and-cost\?.*from=now-2h.*var-words=hello/)
      await open('/d/actions')
      await page.getByRole('button', { name: 'All of ours' }).click()
      await page.getByRole('menuitem', { name: 'Usage and cost' }).click()
      await page.waitForURL(/\/d\/usage-and-cost/)
    })

    test('each organisation sees its own figures, also by the number in the URL', async () => {
      const costOf = async (path: string) => {
        await open(path)
        const text = panel('By deal')
        await text.getByRole('gridcell').first().waitFor()
        const seen = await text.textContent()
        await page.close()
        return seen ?? ''
      }
      const path = '/d/usage-and-cost?from=now-7d&to=now'
      const all = await costOf(path)
      expect(all).toContain('falcon')
      expect(all).toContain('eagle')
      const acme = await costOf(`${path}&orgId=2`)
      expect(acme).toContain('falcon')
      expect(acme).not.toContain('eagle')
      const globex = await costOf(`${path}&orgId=3`)
      expect(globex).toContain('eagle')
      expect(globex).not.toContain('falcon')
      await open('/?orgId=9')
      await page.getByText('There is no organisation 9').waitFor()
    })

    test('the home page switches organisation, and lists by folder what that one has', async () => {
      await open('/')
      await page.getByRole('heading', { name: 'Spanledger' }).waitFor()
      await page.getByText('Pipeline health').first().waitFor()
      await page.getByRole('button', { name: 'Organisation' }).click()
      await page.getByRole('menuitem', { name: 'acme' }).click()
      await page.waitForURL(/orgId=2/)
      // The list of before stays until the new one is there.
      await expect.poll(() => page.getByText('Pipeline health').count(), SOON).toBe(0)
      await page.getByText('Usage and cost').first().waitFor()
      await page.getByPlaceholder('Search dashboards').fill('budget')
      await expect.poll(() => page.getByText('Usage and cost').count(), SOON).toBe(0)
      await page.getByText('Cost management').first().waitFor()
    })
  },
)

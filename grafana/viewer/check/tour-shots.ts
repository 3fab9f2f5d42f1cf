// The pictures of docs/tour.md, each at the end of the clicks that the tour describes. In: the viewer's home page.
// Out: shots for screenshots.ts.
import type { Page } from 'playwright-core'
import { whenDrawn } from './draw-dashboard.ts'
import type { Shot } from './screenshots.ts'

const home: Shot['url'] = ({ viewerUrl }) => `${viewerUrl}/?theme=dark`

async function openDashboard(page: Page, title: string): Promise<void> {
  await page
    .getByRole('button', { name: title })
    .or(page.getByRole('link', { name: title }))
    .first()
    .click()
  await whenDrawn(page)
}

/** As choosing a range in the time picker does. */
async function chooseRange(page: Page, range: string): Promise<void> {
  await page.getByTestId('data-testid TimePicker Open Button').click()
  await page.getByText(range, { exact: true }).first().click()
  await whenDrawn(page)
}

/** So that the panel's upper edge is in the picture. */
const ABOVE_TITLE_PX = 24

async function scrollTo(page: Page, panel: string): Promise<void> {
  const title = page.getByText(panel, { exact: true }).first()
  // Panels are drawn when they come into view, which can move what is below.
  for (let i = 0; i < 2; i += 1) {
    await title.evaluate((element, px) => {
      element.style.scrollMarginTop = `${px}px`
      element.scrollIntoView({ block: 'start' })
    }, ABOVE_TITLE_PX)
    await whenDrawn(page)
  }
}

async function follow(page: Page, link: string): Promise<void> {
  const cell = page.getByRole('link', { name: link, exact: true }).first()
  await cell.scrollIntoViewIfNeeded()
  await cell.click()
  await whenDrawn(page)
}

export const TOUR: Shot[] = [
  {
    file: 'tour-deal',
    alt: 'Deal heron against the days before: one model, with longer prompts',
    heightPx: 800,
    url: home,
    act: async (page) => {
      await openDashboard(page, 'Usage and cost')
      await follow(page, 'heron')
      await scrollTo(page, 'By deal')
    },
  },
  {
    file: 'tour-failures',
    alt: 'Failures by feature, each with the error it meets most',
    heightPx: 720,
    url: home,
    act: async (page) => {
      await openDashboard(page, 'Usage and cost')
      await scrollTo(page, 'Failures by feature')
    },
  },
  {
    file: 'tour-version',
    alt: 'Two versions of one agent: since v3.2 its calls take longer',
    heightPx: 664,
    url: home,
    act: async (page) => {
      await openDashboard(page, 'Performance')
      await scrollTo(page, 'Versions compared')
      await follow(page, 'legal-researcher')
      await scrollTo(page, 'Versions compared')
    },
  },
  {
    file: 'tour-unpriced',
    alt: 'A model without a price: its calls are counted, its cost is not $0',
    heightPx: 430,
    url: home,
    act: async (page) => {
      await openDashboard(page, 'Usage and cost')
      await scrollTo(page, 'By feature')
    },
  },
  {
    file: 'tour-neo4j',
    alt: 'Neo4j was down for an hour, and every graph query of that hour failed',
    heightPx: 1400,
    url: home,
    act: async (page) => {
      await openDashboard(page, 'Neo4j health')
      await chooseRange(page, 'Last 7 days')
    },
  },
]

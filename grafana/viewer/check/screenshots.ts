// `make screenshots`: the pictures of the documentation, taken from a stack with demo data. In: see demo-stack.ts.
// Out: docs/images/*.png; it fails when one would be larger than it may be or a page has a problem.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { chromium, type Page } from 'playwright-core'
import { compressPng } from './compress-png.ts'
import { type LookedAt, withDemoStack } from './demo-stack.ts'
import { whenDrawn } from './draw-dashboard.ts'
import { liveTracePath } from './live-trace.ts'
import { TOUR } from './tour-shots.ts'

const CHROMIUM = process.env.CHROMIUM_BIN ?? '/usr/bin/chromium'
const IMAGES = resolve(import.meta.dirname, '../../../docs/images')
const MAX_BYTES = 250_000
const WIDTH_PX = 1440
const MAIL_WITHIN_MS = 300_000

export interface Shot {
  file: string
  /** What it shows, for the documentation's alternative text. */
  alt: string
  url: (at: LookedAt) => string | Promise<string>
  heightPx: number
  widthPx?: number
  /** Done before the picture is taken. */
  act?: (page: Page) => Promise<void>
}

const dashboard = (file: string, alt: string, query: string, heightPx = 900): Shot => ({
  file,
  alt,
  heightPx,
  url: ({ viewerUrl }) => `${viewerUrl}/d/${file}?theme=dark&${query}`,
})

const SHOTS: Shot[] = [
  { file: 'home', alt: 'All dashboards, by folder', heightPx: 900, url: ({ viewerUrl }) => `${viewerUrl}/?theme=dark` },
  dashboard('usage-and-cost', 'What is spent, on what, and what fails; one day stands out', 'from=now-7d&to=now', 1000),
  dashboard('fleet-home', 'How the fleet of agents is doing', 'from=now-7d&to=now'),
  dashboard('cost-management', 'Who spends the money, and is it within budget', 'from=now-7d&to=now'),
  dashboard('performance', 'How fast model calls are, and did a version change it', 'from=now-7d&to=now'),
  dashboard('calls', 'The calls behind a figure, the dearest first', 'from=now-7d&to=now'),
  dashboard(
    'genai-health',
    'Failures and latency by organisation and provider; diamonds open traces',
    'from=now-15m&to=now',
    1500,
  ),
  dashboard('pipeline-health', 'Whether every call arrives', 'from=now-15m&to=now'),
  dashboard('alerts', 'What fires, and how long people took', 'from=now-24h&to=now'),
  {
    file: 'trace',
    alt: 'One chat as a trace, with its ledger lines',
    heightPx: 900,
    url: async ({ viewerUrl }) => `${viewerUrl}${await liveTracePath(viewerUrl)}&theme=dark`,
  },
  { file: 'alert-mail', alt: 'The mail of an alert, with its buttons', heightPx: 760, widthPx: 900, url: mailUrl },
  ...TOUR,
]

/** `node screenshots.ts tour` takes those whose names begin so. */
const isAskedFor = ({ file }: Shot): boolean => file.startsWith(process.argv[2] ?? '')

/** The newest mail that tells of trouble. */
async function mailUrl({ inboxUrl }: LookedAt): Promise<string> {
  const deadline = Date.now() + MAIL_WITHIN_MS
  while (Date.now() < deadline) {
    const answer = (await (await fetch(`${inboxUrl}/api/messages`)).json()) as
      | { id: string; subject: string }[]
      | object
    const messages = Array.isArray(answer) ? answer : Object.values(answer).find(Array.isArray)
    const found = (messages ?? []).find(({ subject }: { subject: string }) => /^\[(WARNING|CRITICAL)\]/.test(subject))
    if (found) return `${inboxUrl}/messages/${found.id}/html`
    await new Promise((done) => setTimeout(done, 2_000))
  }
  throw new Error(`no alert mail within ${MAIL_WITHIN_MS / 1000} s`)
}

async function takeAll(at: LookedAt): Promise<number> {
  mkdirSync(IMAGES, { recursive: true })
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  let failed = 0
  try {
    for (const { file, alt, url, heightPx, widthPx = WIDTH_PX, act } of SHOTS.filter(isAskedFor)) {
      const page = await browser.newPage({ viewport: { width: widthPx, height: heightPx } })
      await page.goto(await url(at))
      await page.waitForLoadState('networkidle')
      await act?.(page)
      await whenDrawn(page)
      const image = compressPng(await page.screenshot())
      writeFileSync(join(IMAGES, `${file}.png`), image)
      const tooLarge = image.length > MAX_BYTES
      if (tooLarge) failed += 1
      console.log(`${tooLarge ? '✖' : '✔'} ${file}.png, ${Math.round(image.length / 1000)} kB: ${alt}`)
      await page.close()
    }
  } finally {
    await browser.close()
  }
  return failed
}

process.exitCode = (await withDemoStack(takeAll)) === 0 ? 0 : 1

// Runs in the page, once everything is drawn. Out: panels, those that are empty, those that do not say why, and what looks wrong.
// Cells of tables and legends, and what has a `title`, end in an ellipsis by design and show the whole text on hover.
const SHOWN_ON_HOVER = '[role="grid"], [title], title, table, [class*="LegendItem"], details'

;(async () => {
  await document.fonts.ready
  const problems = []
  const textOf = (element) => (element.textContent ?? '').trim().slice(0, 80)
  const panelOf = (element) => element.closest('[data-testid^="data-testid Panel header"]')
  const nameOf = (element) => element?.getAttribute('data-testid').replace('data-testid Panel header ', '') ?? ''
  for (const badge of document.querySelectorAll('[data-testid="data-testid Panel status error"], [role="alert"]')) {
    problems.push(`error badge at "${nameOf(panelOf(badge))}": ${badge.getAttribute('aria-label') ?? textOf(badge)}`)
  }
  const pageWidth = document.documentElement.scrollWidth
  if (pageWidth > window.innerWidth) problems.push(`the page is ${pageWidth} px wide in ${window.innerWidth} px`)
  for (const element of document.querySelectorAll('#root *')) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim())
    if (!hasText || element.clientWidth === 1) continue
    if (element.closest(SHOWN_ON_HOVER) && !element.closest('h2')) continue
    const svg = element.closest('svg')
    if (svg) {
      const [text, room] = [element.getBoundingClientRect(), svg.getBoundingClientRect()]
      const isOutside = text.left < room.left - 1 || text.right > room.right + 1 || text.bottom > room.bottom + 1
      if (isOutside) problems.push(`text cut off in the chart "${nameOf(panelOf(element))}": ${textOf(element)}`)
    } else if (getComputedStyle(element).overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1) {
      problems.push(`text cut off at "${nameOf(panelOf(element))}": ${textOf(element)}`)
    }
  }
  const empty = [...document.querySelectorAll('.panel-empty')]
  return {
    problems,
    panels: [...document.querySelectorAll('[data-testid^="data-testid Panel header"]')].map(nameOf),
    withoutReason: empty.filter((element) => textOf(element) === 'No data').map((element) => nameOf(panelOf(element))),
    withoutData: empty.map((element) => nameOf(panelOf(element))),
  }
})()

// The menu of a panel. In: the panel. Out: large view, data, query and JSON of the panel, CSV, link; each has a URL.
import type { PanelMenuItem } from '@grafana/data'
import { locationService } from '@grafana/runtime'
import { type VizPanel, VizPanelMenu } from '@grafana/scenes'
import { downloadCsv } from './inspect/download-csv.ts'
import { exploreUrl } from './inspect/explore-url.ts'

export const createPanelMenu = (): VizPanelMenu => {
  const menu = new VizPanelMenu({})
  // Filled in when it opens: what it offers depends on the URL and the data.
  menu.addActivationHandler(() => menu.setState({ items: itemsOf(menu.parent as VizPanel) }))
  return menu
}

function itemsOf(panel: VizPanel): PanelMenuItem[] {
  const key = panel.state.key ?? ''
  const isLarge = new URLSearchParams(locationService.getLocation().search).has('viewPanel')
  const inspect = (inspectTab: string) => () => locationService.partial({ inspect: key, inspectTab })
  const explore = exploreUrl(panel)
  const items: PanelMenuItem[] = [
    {
      text: isLarge ? 'Back to dashboard' : 'View',
      iconClassName: isLarge ? 'arrow-left' : 'eye',
      onClick: () => locationService.partial({ viewPanel: isLarge ? null : key }),
    },
    { text: 'Copy link', iconClassName: 'share-alt', onClick: () => void copyLink(key) },
  ]
  if (explore) items.push({ text: 'Explore', iconClassName: 'compass', onClick: () => locationService.push(explore) })
  if (panel.state.$data) {
    items.push(
      { text: 'Inspect data', iconClassName: 'info-circle', onClick: inspect('data') },
      { text: 'Inspect query', iconClassName: 'question-circle', onClick: inspect('query') },
      { text: 'Download CSV', iconClassName: 'download-alt', onClick: () => downloadCsv(panel) },
    )
  }
  items.push({ text: 'Panel JSON', iconClassName: 'brackets-curly', onClick: inspect('json') })
  return items
}

/** The link opens the panel alone, with this range and these filters. */
async function copyLink(key: string): Promise<void> {
  const url = new URL(window.location.href)
  url.searchParams.set('viewPanel', key)
  await navigator.clipboard?.writeText(url.href)
}

// One dashboard by its uid, with its state in the URL as Grafana keeps it.
import { css } from '@emotion/css'
import type { GrafanaTheme2 } from '@grafana/data'
import { type EmbeddedScene, sceneGraph, UrlSyncContextProvider, VizPanel } from '@grafana/scenes'
import type { Dashboard } from '@grafana/schema'
import { useStyles2 } from '@grafana/ui'
import { useEffect, useState } from 'react'
import { useLocation, useParams } from 'react-router-dom'
import { fetchApi } from './api.ts'
import { createScene } from './dashboard-scene.ts'
import { DashboardView } from './dashboard-view.tsx'
import { InspectDrawer } from './inspect/inspect-drawer.tsx'

type Loaded = { kind: 'scene'; scene: EmbeddedScene; dashboard: Dashboard } | { kind: 'failed'; message: string }

export function DashboardPage() {
  const { uid = '' } = useParams()
  const params = new URLSearchParams(useLocation().search)
  const viewPanel = panelKey(params.get('viewPanel'))
  const styles = useStyles2(getStyles)
  const [loaded, setLoaded] = useState<Loaded>()
  useEffect(() => {
    let wanted = true
    void load(uid, viewPanel).then((result) => wanted && setLoaded(result))
    return () => {
      wanted = false
    }
  }, [uid, viewPanel])
  if (!loaded) return null
  if (loaded.kind === 'failed') return <p role="alert">{loaded.message}</p>
  const { scene, dashboard } = loaded
  return (
    <div className={styles.page}>
      <UrlSyncContextProvider scene={scene} updateUrlOnInit createBrowserHistorySteps>
        <DashboardView scene={scene} dashboard={dashboard} kiosk={params.has('kiosk')} />
      </UrlSyncContextProvider>
      <Inspected scene={scene} dashboard={dashboard} panel={params.get('inspect')} tab={params.get('inspectTab')} />
    </div>
  )
}

interface InspectedProps {
  scene: EmbeddedScene
  dashboard: Dashboard
  panel: string | null
  tab: string | null
}

function Inspected({ scene, dashboard, panel: given, tab }: InspectedProps) {
  const key = panelKey(given)
  const panel = key ? sceneGraph.findByKeyAndType(scene, key, VizPanel) : undefined
  if (!panel) return null
  const all = (dashboard.panels ?? []).flatMap((each) => [each, ...('panels' in each ? each.panels : [])])
  const model = all.find(({ id }) => key === `panel-${id}` || key?.startsWith(`panel-${id}-clone-`))
  return <InspectDrawer panel={panel} tab={tab ?? 'data'} model={model} />
}

/** Older links give the bare number. */
const panelKey = (given: string | null): string | undefined =>
  given === null ? undefined : /^\d+$/.test(given) ? `panel-${given}` : given

async function load(uid: string, viewPanel: string | undefined): Promise<Loaded> {
  const response = await fetchApi(`/api/dashboards/uid/${encodeURIComponent(uid)}`)
  const body = await response.json()
  if (!response.ok) return { kind: 'failed', message: body.message }
  const dashboard: Dashboard = body.dashboard
  document.title = `${dashboard.title} - Spanledger`
  return { kind: 'scene', scene: createScene(dashboard, viewPanel), dashboard }
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ padding: theme.spacing(2), display: 'flex', flexDirection: 'column', flexGrow: 1 }),
})

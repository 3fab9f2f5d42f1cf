// One dashboard by its uid, with its state in the URL as Grafana keeps it.
import { type EmbeddedScene, UrlSyncContextProvider } from '@grafana/scenes'
import { useEffect, useState } from 'react'
import { useLocation, useParams } from 'react-router-dom'
import { createScene } from './dashboard-scene.ts'

type Loaded =
  | { kind: 'scene'; scene: EmbeddedScene; title: string; question: string }
  | { kind: 'failed'; message: string }

export function DashboardPage() {
  const { uid = '' } = useParams()
  const viewPanel = panelKey(new URLSearchParams(useLocation().search).get('viewPanel'))
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
  const kiosk = new URLSearchParams(location.search).has('kiosk')
  return (
    <div style={{ padding: 16, display: 'flex', flexDirection: 'column', flexGrow: 1 }}>
      {!kiosk && (
        <header style={{ marginBottom: 8 }}>
          <h3 style={{ margin: 0 }}>{loaded.title}</h3>
          <span style={{ opacity: 0.7 }}>{loaded.question}</span>
        </header>
      )}
      <UrlSyncContextProvider scene={loaded.scene} updateUrlOnInit createBrowserHistorySteps>
        <loaded.scene.Component model={loaded.scene} />
      </UrlSyncContextProvider>
    </div>
  )
}

/** Older links give the bare number. */
const panelKey = (given: string | null): string | undefined =>
  given === null ? undefined : /^\d+$/.test(given) ? `panel-${given}` : given

async function load(uid: string, viewPanel: string | undefined): Promise<Loaded> {
  const response = await fetch(`/api/dashboards/uid/${encodeURIComponent(uid)}`)
  const body = await response.json()
  if (!response.ok) return { kind: 'failed', message: body.message }
  document.title = `${body.dashboard.title} - Spanledger`
  return {
    kind: 'scene',
    scene: createScene(body.dashboard, viewPanel),
    title: body.dashboard.title,
    question: body.dashboard.description ?? '',
  }
}

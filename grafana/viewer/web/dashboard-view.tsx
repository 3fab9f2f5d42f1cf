// A dashboard's scene with its controls: filters and annotations at the left, links, range and refresh at the right.
// In: the scene, the dashboard's links. Out: what Grafana shows below its breadcrumbs.
import { css } from '@emotion/css'
import type { GrafanaTheme2 } from '@grafana/data'
import {
  type EmbeddedScene,
  type SceneDataLayerProvider,
  SceneDataLayerSet,
  type SceneObject,
  SceneRefreshPicker,
  SceneTimePicker,
} from '@grafana/scenes'
import type { Dashboard } from '@grafana/schema'
import { InlineField, useStyles2 } from '@grafana/ui'
import { useEffect, useState } from 'react'
import { DashboardLinks } from './dashboard-links.tsx'

interface Props {
  scene: EmbeddedScene
  dashboard: Dashboard
  kiosk: boolean
}

export function DashboardView({ scene, dashboard, kiosk }: Props) {
  const styles = useStyles2(getStyles)
  const [isActive, setActive] = useState(false)
  useEffect(() => {
    const deactivate = scene.activate()
    setActive(true)
    return deactivate
  }, [scene])
  const { $data, body, controls = [] } = scene.useState()
  if (!isActive) return null
  const isTime = (control: SceneObject): boolean =>
    control instanceof SceneTimePicker || control instanceof SceneRefreshPicker
  return (
    <>
      <header className={styles.header}>
        <div>
          {!kiosk && (
            <>
              <h3 className={styles.title}>{dashboard.title}</h3>
              <span className={styles.question}>{dashboard.description}</span>
            </>
          )}
        </div>
        <div className={styles.controls}>
          {!kiosk && <DashboardLinks links={dashboard.links ?? []} scene={scene} />}
          {controls.filter(isTime).map((control) => (
            <control.Component key={control.state.key} model={control} />
          ))}
        </div>
      </header>
      <div className={styles.controls}>
        {controls
          .filter((control) => !isTime(control))
          .map((control) => (
            <control.Component key={control.state.key} model={control} />
          ))}
        {$data instanceof SceneDataLayerSet &&
          $data.state.layers.map((layer) => <LayerSwitch key={layer.state.key} layer={layer} />)}
      </div>
      <div className={styles.body}>
        <body.Component model={body} />
      </div>
    </>
  )
}

/** Shows annotations of one kind, or hides them. */
function LayerSwitch({ layer }: { layer: SceneDataLayerProvider }) {
  const { key, name, isHidden } = layer.useState()
  if (isHidden) return null
  return (
    <InlineField label={name} htmlFor={`data-layer-${key}`}>
      <layer.Component model={layer} />
    </InlineField>
  )
}

const getStyles = (theme: GrafanaTheme2) => ({
  header: css({
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    gap: theme.spacing(1, 2),
    marginBottom: theme.spacing(1),
  }),
  title: css({ margin: 0 }),
  question: css({ color: theme.colors.text.secondary }),
  controls: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'start', gap: theme.spacing(1) }),
  body: css({ display: 'flex', flexDirection: 'column', flexGrow: 1, marginTop: theme.spacing(1) }),
})

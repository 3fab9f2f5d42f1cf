// Dashboard JSON to a scene. In: the model as Grafana stores it. Out: variables, time, rows and panels, read-only.
import {
  EmbeddedScene,
  SceneGridLayout,
  SceneRefreshPicker,
  SceneTimePicker,
  SceneTimeRange,
  SceneVariableSet,
  VariableValueSelectors,
} from '@grafana/scenes'
import type { Dashboard, VariableModel } from '@grafana/schema'
import { createAnnotations } from './annotations.ts'
import { createItems } from './panel-items.ts'
import { expandRepeats, type PanelModel, repeatedVariables, type Values } from './repeats.ts'
import { chosenValues, createVariable } from './variables.ts'

/** @param viewPanel key of the one panel to show large, e.g. `panel-3`. */
export function createScene(dashboard: Dashboard, viewPanel?: string): EmbeddedScene {
  const panels = (dashboard.panels ?? []) as PanelModel[]
  const itemsFor = (valuesOf: (name: string) => Values) => createItems(expandRepeats(panels, valuesOf), viewPanel)
  const grid = new SceneGridLayout({ isDraggable: false, isResizable: false, children: itemsFor(() => []) })
  const variables = new SceneVariableSet({
    variables: (dashboard.templating?.list ?? []).map((model) => createVariable(model as VariableModel)),
  })
  const annotations = createAnnotations(dashboard)
  const scene = new EmbeddedScene({
    ...(annotations ? { $data: annotations } : {}),
    $timeRange: new SceneTimeRange({
      from: dashboard.time?.from ?? 'now-6h',
      to: dashboard.time?.to ?? 'now',
      timeZone: dashboard.timezone === 'browser' ? '' : dashboard.timezone,
    }),
    $variables: variables,
    controls: [
      new VariableValueSelectors({}),
      new SceneTimePicker({ isOnCanvas: true }),
      new SceneRefreshPicker({ refresh: dashboard.refresh ?? '', isOnCanvas: true }),
    ],
    body: grid,
  })
  const repeated = repeatedVariables(panels)
  if (repeated.length > 0) {
    scene.addActivationHandler(() => {
      let drawn = ''
      const draw = () => {
        const values = new Map(repeated.map((name) => [name, chosenValues(variables.getByName(name) ?? null)]))
        const wanted = JSON.stringify([...values])
        if (wanted === drawn) return
        drawn = wanted
        grid.setState({ children: itemsFor((name) => values.get(name) ?? []) })
      }
      draw()
      const subscriptions = repeated.map((name) => variables.getByName(name)?.subscribeToState(draw))
      return () => {
        for (const subscription of subscriptions) subscription?.unsubscribe()
      }
    })
  }
  return scene
}

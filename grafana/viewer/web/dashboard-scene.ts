// Dashboard JSON to a scene. In: the model as Grafana stores it. Out: variables, time, rows and panels, read-only.
import {
  EmbeddedScene,
  LocalValueVariable,
  SceneControlsSpacer,
  SceneDataTransformer,
  SceneGridItem,
  SceneGridLayout,
  SceneGridRow,
  SceneQueryRunner,
  SceneRefreshPicker,
  SceneTimePicker,
  SceneTimeRange,
  SceneVariableSet,
  VariableValueSelectors,
  VizPanel,
} from '@grafana/scenes'
import type { Dashboard, Panel, VariableModel } from '@grafana/schema'
import { expandRepeats, type PanelModel, repeatedVariables, type Values } from './repeats.ts'
import { chosenValues, createVariable } from './variables.ts'

const FULL_HEIGHT_ROWS = 22

/** @param viewPanel key of the one panel to show large, e.g. `panel-3`. */
export function createScene(dashboard: Dashboard, viewPanel?: string): EmbeddedScene {
  const panels = (dashboard.panels ?? []) as PanelModel[]
  const itemsFor = (valuesOf: (name: string) => Values) => createItems(expandRepeats(panels, valuesOf), viewPanel)
  const grid = new SceneGridLayout({ isDraggable: false, isResizable: false, children: itemsFor(() => []) })
  const variables = new SceneVariableSet({
    variables: (dashboard.templating?.list ?? []).map((model) => createVariable(model as VariableModel)),
  })
  const scene = new EmbeddedScene({
    $timeRange: new SceneTimeRange({
      from: dashboard.time?.from ?? 'now-6h',
      to: dashboard.time?.to ?? 'now',
      timeZone: dashboard.timezone === 'browser' ? '' : dashboard.timezone,
    }),
    $variables: variables,
    controls: [
      new VariableValueSelectors({}),
      new SceneControlsSpacer(),
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

/** Key of a panel in the scene and in `viewPanel`. */
const keyOf = ({ id, copy }: PanelModel) => (copy ? `panel-${id}-clone-${copy}` : `panel-${id}`)

/** Panels below an open row stand beside it in the model; a closed row holds its own. */
function createItems(panels: PanelModel[], viewPanel: string | undefined): (SceneGridItem | SceneGridRow)[] {
  if (viewPanel) {
    const all = panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]).filter(({ type }) => type !== 'row')
    const gridPos = { x: 0, y: 0, w: 24, h: FULL_HEIGHT_ROWS }
    return all.filter((panel) => keyOf(panel) === viewPanel).map((panel) => createItem({ ...panel, gridPos }))
  }
  const items: (SceneGridItem | SceneGridRow)[] = []
  let row: SceneGridRow | undefined
  for (const panel of panels) {
    if (panel.type === 'row') {
      row = new SceneGridRow({
        key: `row-${panel.id}-${panel.copy ?? 0}`,
        title: panel.title ?? '',
        isCollapsible: true,
        isCollapsed: panel.collapsed ?? false,
        y: panel.gridPos?.y,
        children: (panel.panels ?? []).map(createItem),
        ...localVariable(panel),
      })
      items.push(row)
    } else if (row) row.setState({ children: [...row.state.children, createItem(panel)] })
    else items.push(createItem(panel))
  }
  return items
}

/** The value of a repeated variable within its copy. */
const localVariable = ({ local }: PanelModel) =>
  local ? { $variables: new SceneVariableSet({ variables: [new LocalValueVariable(local)] }) } : {}

function createItem(model: PanelModel): SceneGridItem {
  const position = model.gridPos ?? { x: 0, y: 0, w: 12, h: 8 }
  const panel = model as unknown as Panel
  const key = keyOf(model)
  return new SceneGridItem({
    x: position.x,
    y: position.y,
    width: position.w,
    height: position.h,
    body: new VizPanel({
      key,
      pluginId: panel.type,
      title: panel.title ?? '',
      description: panel.description,
      options: (panel.options ?? {}) as never,
      fieldConfig: (panel.fieldConfig ?? { defaults: {}, overrides: [] }) as never,
      ...localVariable(model),
      ...queriesOf(panel),
    }),
  })
}

/** Dashboard lists, alert lists and texts have no queries. */
function queriesOf(panel: Panel) {
  if (!panel.targets?.length) return {}
  const datasource = panel.datasource ?? (panel.targets[0] as { datasource?: object }).datasource
  const $data = new SceneQueryRunner({
    datasource: datasource as never,
    queries: panel.targets as never,
    maxDataPointsFromWidth: true,
    ...(panel.interval ? { minInterval: panel.interval } : {}),
    ...(panel.maxDataPoints ? { maxDataPoints: panel.maxDataPoints } : {}),
  })
  return { $data: new SceneDataTransformer({ $data, transformations: (panel.transformations ?? []) as never }) }
}

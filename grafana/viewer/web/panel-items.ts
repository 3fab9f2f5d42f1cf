// Panels of a dashboard as the scene's grid holds them. In: panels as stored, repeats expanded. Out: rows and grid items.
import {
  LocalValueVariable,
  SceneDataTransformer,
  SceneGridItem,
  SceneGridRow,
  SceneQueryRunner,
  SceneVariableSet,
  VizPanel,
} from '@grafana/scenes'
import type { Panel } from '@grafana/schema'
import { createPanelMenu } from './panel-menu.ts'
import type { PanelModel } from './repeats.ts'

/** What a panel that is shown alone leaves for the controls above it. */
const ABOVE_PX = 190
const ROW_PX = 38

/** Key of a panel in the scene and in `viewPanel`. */
const keyOf = ({ id, copy }: PanelModel) => (copy ? `panel-${id}-clone-${copy}` : `panel-${id}`)

/** Panels below an open row stand beside it in the model; a closed row holds its own. */
export function createItems(panels: PanelModel[], viewPanel: string | undefined): (SceneGridItem | SceneGridRow)[] {
  if (viewPanel) {
    const all = panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]).filter(({ type }) => type !== 'row')
    const gridPos = { x: 0, y: 0, w: 24, h: Math.max(8, Math.floor((window.innerHeight - ABOVE_PX) / ROW_PX)) }
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
      menu: createPanelMenu(),
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

// Dashboard JSON to a scene. In: the model as Grafana stores it. Out: variables, time, rows and panels, read-only.

import {
  CustomVariable,
  EmbeddedScene,
  IntervalVariable,
  QueryVariable,
  SceneControlsSpacer,
  SceneDataTransformer,
  SceneGridItem,
  SceneGridLayout,
  SceneGridRow,
  SceneQueryRunner,
  SceneRefreshPicker,
  SceneTimePicker,
  SceneTimeRange,
  type SceneVariable,
  SceneVariableSet,
  TextBoxVariable,
  VariableValueSelectors,
  VizPanel,
} from '@grafana/scenes'
import type { Dashboard, Panel, RowPanel, VariableModel } from '@grafana/schema'

export function createScene(dashboard: Dashboard): EmbeddedScene {
  return new EmbeddedScene({
    $timeRange: new SceneTimeRange({
      from: dashboard.time?.from ?? 'now-6h',
      to: dashboard.time?.to ?? 'now',
      timeZone: dashboard.timezone === 'browser' ? '' : dashboard.timezone,
    }),
    $variables: new SceneVariableSet({
      variables: (dashboard.templating?.list ?? []).map((model) => createVariable(model as VariableModel)),
    }),
    controls: [
      new VariableValueSelectors({}),
      new SceneControlsSpacer(),
      new SceneTimePicker({ isOnCanvas: true }),
      new SceneRefreshPicker({ refresh: dashboard.refresh ?? '', isOnCanvas: true }),
    ],
    body: new SceneGridLayout({
      isDraggable: false,
      isResizable: false,
      children: createItems(dashboard.panels ?? []),
    }),
  })
}

function createVariable(model: VariableModel): SceneVariable {
  const current = (model.current ?? {}) as { value?: string | string[]; text?: string | string[] }
  const common = {
    name: model.name,
    label: model.label,
    value: current.value ?? '',
    text: current.text ?? '',
    isMulti: model.multi,
    includeAll: model.includeAll,
    ...(model.allValue ? { allValue: model.allValue } : {}),
  }
  switch (model.type) {
    case 'query':
      return new QueryVariable({
        ...common,
        datasource: model.datasource ?? null,
        query: model.query as string,
        refresh: (model.refresh ?? 1) as never,
        regex: model.regex ?? '',
        sort: (model.sort ?? 0) as never,
      })
    case 'custom':
      return new CustomVariable({ ...common, query: String(model.query ?? '') })
    case 'interval':
      return new IntervalVariable({
        name: model.name,
        label: model.label,
        value: String(current.value ?? '1m'),
        intervals: String(model.query ?? '1m').split(','),
      })
    case 'textbox':
      return new TextBoxVariable({ name: model.name, label: model.label, value: String(current.value ?? '') })
    default:
      throw new Error(`the viewer does not know variables of type "${model.type}" (${model.name})`)
  }
}

/** Panels below an open row stand beside it in the model; a closed row holds its own. */
function createItems(panels: (Panel | RowPanel)[]): (SceneGridItem | SceneGridRow)[] {
  const items: (SceneGridItem | SceneGridRow)[] = []
  let row: SceneGridRow | undefined
  for (const panel of panels) {
    if (panel.type === 'row') {
      const inner = ((panel as RowPanel).panels ?? []) as Panel[]
      row = new SceneGridRow({
        key: `row-${panel.id}`,
        title: panel.title,
        isCollapsible: true,
        isCollapsed: (panel as RowPanel).collapsed ?? false,
        y: panel.gridPos?.y,
        children: inner.map(createItem),
      })
      items.push(row)
    } else if (row) row.setState({ children: [...row.state.children, createItem(panel as Panel)] })
    else items.push(createItem(panel as Panel))
  }
  return items
}

function createItem(panel: Panel): SceneGridItem {
  const position = panel.gridPos ?? { x: 0, y: 0, w: 12, h: 8 }
  const datasource = panel.datasource ?? (panel.targets?.[0] as { datasource?: object } | undefined)?.datasource
  const runner = new SceneQueryRunner({
    datasource: datasource as never,
    queries: (panel.targets ?? []) as never,
    maxDataPointsFromWidth: true,
    ...(panel.interval ? { minInterval: panel.interval } : {}),
  })
  return new SceneGridItem({
    x: position.x,
    y: position.y,
    width: position.w,
    height: position.h,
    body: new VizPanel({
      key: `panel-${panel.id}`,
      pluginId: panel.type,
      title: panel.title ?? '',
      description: panel.description,
      options: (panel.options ?? {}) as never,
      fieldConfig: (panel.fieldConfig ?? { defaults: {}, overrides: [] }) as never,
      $data: new SceneDataTransformer({ $data: runner, transformations: (panel.transformations ?? []) as never }),
    }),
  })
}

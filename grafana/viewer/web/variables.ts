// Variables of a dashboard as the scene knows them. In: their stored models. Out: scene variables.
import {
  AdHocFiltersVariable,
  ConstantVariable,
  CustomVariable,
  DataSourceVariable,
  IntervalVariable,
  MultiValueVariable,
  QueryVariable,
  type SceneVariable,
  TextBoxVariable,
} from '@grafana/scenes'
import type { VariableModel } from '@grafana/schema'
import type { Values } from './repeats.ts'

interface Filter {
  key: string
  operator: string
  value: string
}

export function createVariable(model: VariableModel): SceneVariable {
  const current = (model.current ?? {}) as { value?: string | string[]; text?: string | string[] }
  const own = { name: model.name, label: model.label, hide: model.hide as never, skipUrlSync: model.skipUrlSync }
  const many = {
    ...own,
    value: current.value ?? '',
    text: current.text ?? '',
    isMulti: model.multi,
    includeAll: model.includeAll,
    ...(model.allValue ? { allValue: model.allValue } : {}),
  }
  switch (model.type) {
    case 'query':
      return new QueryVariable({
        ...many,
        datasource: model.datasource ?? null,
        query: model.query as string,
        refresh: (model.refresh ?? 1) as never,
        regex: model.regex ?? '',
        sort: (model.sort ?? 0) as never,
      })
    case 'custom':
      return new CustomVariable({ ...many, query: String(model.query ?? '') })
    case 'datasource':
      return new DataSourceVariable({ ...many, pluginId: String(model.query ?? ''), regex: model.regex ?? '' })
    case 'interval': {
      const automatic = model as VariableModel & { auto?: boolean; auto_count?: number; auto_min?: string }
      return new IntervalVariable({
        ...own,
        value: String(current.value ?? '1m'),
        intervals: String(model.query ?? '1m')
          .split(',')
          .map((text) => text.trim()),
        autoEnabled: automatic.auto ?? false,
        autoStepCount: automatic.auto_count ?? 30,
        autoMinInterval: automatic.auto_min ?? '10s',
      })
    }
    case 'adhoc': {
      const { filters = [], baseFilters = [] } = model as VariableModel & { filters?: Filter[]; baseFilters?: Filter[] }
      const datasource = model.datasource ?? null
      return new AdHocFiltersVariable({ ...own, datasource, filters, baseFilters, applyMode: 'auto' })
    }
    case 'textbox':
      return new TextBoxVariable({ ...own, value: String(current.value ?? model.query ?? '') })
    case 'constant':
      return new ConstantVariable({ ...own, value: String(model.query ?? current.value ?? ''), skipUrlSync: true })
    default:
      throw new Error(`the viewer does not know variables of type "${model.type}" (${model.name})`)
  }
}

/** What is chosen now, one by one; "All" is every option. */
export function chosenValues(variable: SceneVariable | null): Values {
  if (!(variable instanceof MultiValueVariable)) return []
  const { options, value, text } = variable.state as MultiValueVariable['state']
  if (variable.hasAllValue()) {
    return options
      .filter((option) => option.value !== '$__all')
      .map((option) => ({ value: String(option.value), text: option.label }))
  }
  const [values, texts] = [[value].flat(), [text].flat()]
  return values.map((each, index) => ({ value: String(each), text: String(texts[index] ?? each) }))
}

// One way to make a panel plugin: component, colour by default, and the custom field properties it understands.
import {
  FieldColorModeId,
  FieldConfigProperty,
  identityOverrideProcessor,
  PanelPlugin,
  type PanelProps,
} from '@grafana/data'
import type { ComponentType } from 'react'
import { property } from '../field-config.ts'

export interface PanelDefinition<O> {
  component: ComponentType<PanelProps<O>>
  color?: FieldColorModeId
  /** `custom.*` properties with their defaults; one that is not listed is dropped from a dashboard's field config. */
  custom?: Record<string, unknown>
  /** It draws annotations and exemplars; a panel that does not say so is given none. */
  annotations?: boolean
}

export function createPanel<O extends object>({
  component,
  color,
  custom = {},
  annotations = false,
}: PanelDefinition<O>): PanelPlugin<O> {
  const plugin = new PanelPlugin<O>(component)
  plugin.setDataSupport({ annotations, alertStates: false })
  const configure = plugin.useFieldConfig.bind(plugin) // a builder's method, not a React hook
  return configure({
    standardOptions: { [FieldConfigProperty.Color]: { defaultValue: { mode: color ?? FieldColorModeId.Thresholds } } },
    useCustomConfig: (builder) => {
      for (const [id, value] of Object.entries(custom)) {
        builder.addCustomEditor({
          ...property(`custom.${id}`, identityOverrideProcessor, value),
          path: id,
          id,
        } as never)
      }
    },
  })
}

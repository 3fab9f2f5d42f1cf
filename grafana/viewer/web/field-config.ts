// The standard field properties (unit, thresholds, …) that Grafana's own frontend registers before drawing.
import {
  booleanOverrideProcessor,
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  FieldConfigProperty,
  type FieldConfigPropertyItem,
  identityOverrideProcessor,
  numberOverrideProcessor,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
  stringOverrideProcessor,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from '@grafana/data'

// biome-ignore lint/suspicious/noExplicitAny: the registry's own type
type Process = (value: any, context: any, settings?: any) => any

const PROPERTIES: [FieldConfigProperty, Process, unknown?][] = [
  [FieldConfigProperty.DisplayName, displayNameOverrideProcessor],
  [FieldConfigProperty.Unit, unitOverrideProcessor],
  [FieldConfigProperty.Min, numberOverrideProcessor],
  [FieldConfigProperty.Max, numberOverrideProcessor],
  [FieldConfigProperty.Decimals, numberOverrideProcessor],
  [FieldConfigProperty.NoValue, stringOverrideProcessor],
  [FieldConfigProperty.Color, identityOverrideProcessor],
  [
    FieldConfigProperty.Thresholds,
    thresholdsOverrideProcessor,
    { mode: 'absolute', steps: [{ value: -Infinity, color: 'green' }] },
  ],
  [FieldConfigProperty.Mappings, valueMappingsOverrideProcessor, []],
  [FieldConfigProperty.Links, dataLinksOverrideProcessor],
  [FieldConfigProperty.Filterable, booleanOverrideProcessor],
]

/** One property as a registry item that has no editor: the viewer never edits. */
export const property = (id: string, process: Process, defaultValue?: unknown): FieldConfigPropertyItem =>
  ({
    id,
    path: id.startsWith('custom.') ? id.slice('custom.'.length) : id,
    name: id,
    isCustom: id.startsWith('custom.'),
    editor: () => null,
    override: () => null,
    process,
    shouldApply: () => true,
    settings: {},
    ...(defaultValue === undefined ? {} : { defaultValue }),
  }) as unknown as FieldConfigPropertyItem

export function registerFieldConfig(): void {
  standardFieldConfigEditorRegistry.setInit(() =>
    PROPERTIES.map(([id, process, value]) => property(id, process, value)),
  )
  standardTransformersRegistry.setInit(() =>
    [...new Map(Object.values(standardTransformers).map((transformer) => [transformer.id, transformer])).values()].map(
      (transformer) =>
        ({
          id: transformer.id,
          name: transformer.name,
          transformation: async () => transformer,
          editor: () => null,
        }) as never,
    ),
  )
}

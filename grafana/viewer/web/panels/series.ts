// Frames as the time series chart takes them: a time field and number fields, each with its display processor.
import { type DataFrame, FieldType, type GrafanaTheme2, getDisplayProcessor } from '@grafana/data'

export function prepareSeries(frames: DataFrame[], theme: GrafanaTheme2): DataFrame[] {
  return frames
    .filter((frame) => frame.fields.some(({ type }) => type === FieldType.time))
    .map((frame) => ({
      ...frame,
      fields: frame.fields
        .filter(({ type }) => type === FieldType.time || type === FieldType.number || type === FieldType.boolean)
        .map((field) => ({ ...field, display: field.display ?? getDisplayProcessor({ field, theme }) })),
    }))
}

// What an empty panel says: its own reason, else "No data".
import type { PanelProps } from '@grafana/data'

export const hasValues = ({ data }: Pick<PanelProps, 'data'>): boolean =>
  data.series.some(
    (frame) => frame.length > 0 && frame.fields.some((field) => field.values.some((value) => value !== null)),
  )

export function Empty({ fieldConfig, width, height }: Pick<PanelProps, 'fieldConfig' | 'width' | 'height'>) {
  return (
    <div
      className="panel-empty"
      style={{ width, height, display: 'grid', placeItems: 'center', textAlign: 'center', opacity: 0.7, padding: 8 }}
    >
      {fieldConfig.defaults.noValue ?? 'No data'}
    </div>
  )
}

// Frames as lanes of values over time. In: frames with a time field. Out: one lane per other field, each with its display.
import {
  type DataFrame,
  type DisplayProcessor,
  FieldType,
  type GrafanaTheme2,
  getDisplayProcessor,
  getFieldDisplayName,
  type TimeZone,
} from '@grafana/data'

export interface Lane {
  name: string
  times: number[]
  values: unknown[]
  display: DisplayProcessor
}

export const toLanes = (frames: DataFrame[], theme: GrafanaTheme2, timeZone: TimeZone): Lane[] =>
  frames.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === FieldType.time)
    if (!time) return []
    return frame.fields
      .filter((field) => field !== time && !field.config.custom?.hideFrom?.viz)
      .map((field) => ({
        name: getFieldDisplayName(field, frame, frames),
        times: [...time.values],
        values: [...field.values],
        display: field.display ?? getDisplayProcessor({ field, theme, timeZone }),
      }))
  })

export interface Stretch {
  fromMs: number
  toMs: number
  value: unknown
}

/** Samples to stretches: one ends where the next begins, the last at the end of the range. Equal neighbours merge. */
export function toStretches(
  { times, values }: Pick<Lane, 'times' | 'values'>,
  endMs: number,
  merge: boolean,
): Stretch[] {
  const stretches: Stretch[] = []
  times.forEach((fromMs, index) => {
    const value = values[index]
    const toMs = times[index + 1] ?? endMs
    const last = stretches.at(-1)
    if (merge && last && last.value === value) last.toMs = toMs
    else stretches.push({ fromMs, toMs, value })
  })
  return stretches.filter(({ value }) => value !== null && value !== undefined && value !== '')
}

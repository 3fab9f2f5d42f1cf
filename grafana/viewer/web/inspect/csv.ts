// A panel's data as CSV. In: frames. Out: text by RFC 4180: raw values, times in ISO 8601, one table under the other.
import { type DataFrame, FieldType, getFieldDisplayName } from '@grafana/data'

const LINE_END = '\r\n'

export const toCsvText = (frames: DataFrame[]): string => frames.map((frame) => toTable(frame, frames)).join(LINE_END)

function toTable(frame: DataFrame, frames: DataFrame[]): string {
  const head = frame.fields.map((field) => quote(getFieldDisplayName(field, frame, frames)))
  const rows = Array.from({ length: frame.length }, (_, row) =>
    frame.fields.map(({ type, values }) => cell(type, values[row])).join(','),
  )
  return [head.join(','), ...rows, ''].join(LINE_END)
}

function cell(type: FieldType, value: unknown): string {
  if (value === null || value === undefined) return ''
  if (type === FieldType.time) return new Date(value as number).toISOString()
  if (type === FieldType.number || type === FieldType.boolean) return String(value)
  return quote(typeof value === 'object' ? JSON.stringify(value) : String(value))
}

/** A text that a spreadsheet would take for a formula gets a quote mark before it: it may come from a user's input. */
function quote(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Grafana's form: title, `-data-`, time. */
export const csvFileName = (title: string, now: Date): string =>
  `${title}-data-${now.toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '_')}.csv`

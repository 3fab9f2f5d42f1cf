// A panel's data as CSV. In: frames. Out: text by RFC 4180: raw values, times in ISO 8601, one table under the other.

export interface CsvFrame {
  length: number
  fields: { type: string; values: ArrayLike<unknown> }[]
}

const LINE_END = '\r\n'

/** @param nameOf the heading of a column */
export function toCsvText<F extends CsvFrame>(
  frames: F[],
  nameOf: (field: F['fields'][number], frame: F) => string,
): string {
  return frames.map((frame) => toTable(frame, (field) => nameOf(field, frame))).join(LINE_END)
}

function toTable<F extends CsvFrame>(frame: F, nameOf: (field: F['fields'][number]) => string): string {
  const head = frame.fields.map((field) => quote(nameOf(field)))
  const rows = Array.from({ length: frame.length }, (_, row) =>
    frame.fields.map(({ type, values }) => cell(type, values[row])).join(','),
  )
  return [head.join(','), ...rows, ''].join(LINE_END)
}

function cell(type: string, value: unknown): string {
  if (value === null || value === undefined) return ''
  if (type === 'time') return new Date(value as number).toISOString()
  if (type === 'number' || type === 'boolean') return String(value)
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

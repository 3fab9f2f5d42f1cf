// One measured figure and its line: name, value, target, `met` or `short`, separated by tabs.

export interface Target {
  atLeast?: number
  atMost?: number
}

export type Figure =
  | { name: string; value: number; unit: string; target?: Target | undefined }
  /** Could not be measured here; says why. */
  | { name: string; missing: string; target?: Target | undefined }

const isMet = (value: number, { atLeast, atMost }: Target): boolean =>
  (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost)

const wanted = ({ atLeast, atMost }: Target): string =>
  [atLeast !== undefined ? `>= ${atLeast}` : '', atMost !== undefined ? `<= ${atMost}` : ''].filter(Boolean).join(', ')

/** Four significant digits, and all digits before the point. */
const rounded = (value: number): string =>
  String(Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4)))

export function toLine(figure: Figure): string {
  const target = figure.target ? wanted(figure.target) : '-'
  if ('missing' in figure) return [figure.name, `not measured: ${figure.missing}`, target, '-'].join('\t')
  const value = `${rounded(figure.value)} ${figure.unit}`.trim()
  const verdict = figure.target ? (isMet(figure.value, figure.target) ? 'met' : 'short') : '-'
  return [figure.name, value, target, verdict].join('\t')
}

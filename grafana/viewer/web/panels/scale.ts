// Axis arithmetic. In: a range of values or times and the room there is. Out: round tick positions.

/** Round numbers (1, 2 or 5 times a power of ten) that cover the range. */
export function niceTicks(min: number, max: number, count: number): number[] {
  if (!(max > min)) return [min]
  const rough = (max - min) / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  const first = Math.ceil(min / step - 1e-9)
  const last = Math.floor(max / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)))
}

const MINUTE = 60_000
const STEPS_MS = [
  1e3,
  5e3,
  15e3,
  30e3,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  60 * MINUTE,
  180 * MINUTE,
  360 * MINUTE,
  720 * MINUTE,
  1440 * MINUTE,
  2880 * MINUTE,
  10_080 * MINUTE,
  43_200 * MINUTE,
]

/** Ticks at round times; the format shows no more than the range needs. */
export function timeTicks(fromMs: number, toMs: number, widthPx: number): { atMs: number; format: string }[] {
  const most = Math.max(2, Math.floor(widthPx / 110))
  const step = STEPS_MS.find((candidate) => (toMs - fromMs) / candidate <= most) ?? (STEPS_MS.at(-1) as number)
  const days = (toMs - fromMs) / (1440 * MINUTE)
  const format = step >= 1440 * MINUTE ? 'MM/DD' : days > 1 ? 'MM/DD HH:mm' : step < MINUTE ? 'HH:mm:ss' : 'HH:mm'
  const first = Math.ceil(fromMs / step) * step
  const count = Math.max(0, Math.floor((toMs - first) / step) + 1)
  return Array.from({ length: count }, (_, index) => ({ atMs: first + index * step, format }))
}

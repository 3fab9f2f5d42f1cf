// When to start a dead process again. In: how often it died and how long it had run. Out: the pause before the next start.

const FIRST_DELAY_MS = 250
const MAX_DELAY_MS = 30_000
/** A process that ran this long had recovered: its next death counts as the first. */
const STEADY_AFTER_MS = 60_000

export interface BackOff {
  /** Deaths in a row without a steady run in between. */
  deaths: number
}

export const noDeaths: BackOff = { deaths: 0 }

/** Counts one death; doubles the pause each time up to half a minute. */
export function afterDeath(previous: BackOff, ranForMs: number): { next: BackOff; delayMs: number } {
  const deaths = ranForMs >= STEADY_AFTER_MS ? 1 : previous.deaths + 1
  return { next: { deaths }, delayMs: Math.min(FIRST_DELAY_MS * 2 ** (deaths - 1), MAX_DELAY_MS) }
}

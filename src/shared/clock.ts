// Time as a dependency, so that tests decide what time it is.

export interface Clock {
  /** Now, as milliseconds since the Unix epoch. */
  nowMs(): number
}

export const systemClock: Clock = { nowMs: () => Date.now() }

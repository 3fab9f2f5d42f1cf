// When an alert was firing, from samples. In: evaluation times of one alert. Out: episodes: unbroken stretches of samples.

export interface Episode {
  startMs: number
  /** Last sample of the stretch. */
  lastMs: number
  /** False when the stretch reaches the newest evaluation: it may go on. */
  ended: boolean
  /** True when the stretch began with the window: its real start may lie before. */
  truncated: boolean
}

/**
 * @param atMs ascending evaluation times at which the alert was firing
 * @param intervalMs time between evaluations; a hole longer than three of them ends an episode
 */
export function toEpisodes(atMs: number[], window: { fromMs: number; toMs: number; intervalMs: number }): Episode[] {
  const holeMs = window.intervalMs * 3
  const episodes: Episode[] = []
  for (const ms of atMs) {
    const open = episodes.at(-1)
    if (open && ms - open.lastMs <= holeMs) open.lastMs = ms
    else episodes.push({ startMs: ms, lastMs: ms, ended: false, truncated: ms - window.fromMs <= holeMs })
  }
  for (const episode of episodes) episode.ended = window.toMs - episode.lastMs > holeMs
  return episodes
}

/** Time between evaluations, as the most frequent spacing of all samples; `fallbackMs` when there are too few. */
export function evaluationIntervalMs(samples: number[][], fallbackMs: number): number {
  const counts = new Map<number, number>()
  for (const atMs of samples) {
    for (let index = 1; index < atMs.length; index++) {
      const spacing = Math.round(((atMs[index] ?? 0) - (atMs[index - 1] ?? 0)) / 1000) * 1000
      if (spacing > 0) counts.set(spacing, (counts.get(spacing) ?? 0) + 1)
    }
  }
  const [most] = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])
  return most?.[0] ?? fallbackMs
}

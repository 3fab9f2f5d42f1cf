// Turns the demo's metric history into Prometheus blocks. In: the data, Prometheus' program, a Prometheus data folder.
// Out: blocks in that folder; a running Prometheus takes them in within a few minutes, a starting one at once.
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { DemoData } from './generate.ts'
import { startOwnPrometheus } from './own-prometheus.ts'
import { writePrometheusHistory } from './prometheus-history.ts'

export interface Backfill {
  points: number
  blocks: number
  seconds: number
}

/**
 * Makes all blocks, then puts them in place. Done again after it was cut off, it leaves the same samples.
 * @throws the signal's reason when it is told to stop; Error with Prometheus' own words when it does not start or refuses points.
 */
export async function backfillPrometheus(
  data: DemoData,
  options: { prometheus: string; dataFolder: string; onProgress?: (share: number) => void; signal?: AbortSignal },
): Promise<Backfill> {
  const startedMs = performance.now()
  await mkdir(options.dataFolder, { recursive: true })
  // Beside it, so that a block appears there whole, by renaming.
  const folder = await mkdtemp(`${options.dataFolder}-history-`)
  try {
    const own = await startOwnPrometheus(options.prometheus, folder)
    try {
      const points = await writePrometheusHistory(data, own.send, options)
      const blocks = await own.snapshot()
      for (const block of blocks) await rename(block, join(options.dataFolder, basename(block)))
      return { points, blocks: blocks.length, seconds: (performance.now() - startedMs) / 1000 }
    } finally {
      await own.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

// Turns the demo's metric history into Prometheus blocks. In: the data, promtool, a Prometheus data folder. Out: blocks
// in that folder; a running Prometheus takes them in within a few minutes, a starting one at once.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { HOUR_MS } from './calendar.ts'
import type { DemoData } from './generate.ts'
import { BLOCK_MS, writePrometheusHistory } from './prometheus-history.ts'

export interface Backfill {
  files: number
  bytes: number
  seconds: number
}

/** @throws Error with promtool's output when it refuses a file. */
export async function backfillPrometheus(
  data: DemoData,
  options: { promtool: string; dataFolder: string; onProgress?: (share: number) => void },
): Promise<Backfill> {
  const startedMs = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'spanledger-history-'))
  const range = `--max-block-duration=${BLOCK_MS / HOUR_MS}h`
  let files = 0
  let bytes = 0
  // promtool works on one file while the next is written; a failure surfaces at the next file.
  let converting = Promise.resolve()

  async function convert(file: string): Promise<void> {
    const command = ['tsdb', 'create-blocks-from', '--quiet', range, 'openmetrics', file, options.dataFolder]
    await promisify(execFile)(options.promtool, command, { maxBuffer: 16 * 1024 * 1024 })
    await rm(file)
  }

  try {
    await mkdir(options.dataFolder, { recursive: true })
    await writePrometheusHistory(
      data,
      folder,
      async (file) => {
        files += 1
        bytes += (await stat(file)).size
        await converting
        converting = convert(file)
        converting.catch(() => undefined)
      },
      options.onProgress,
    )
    await converting
    return { files, bytes, seconds: (performance.now() - startedMs) / 1000 }
  } finally {
    await converting.catch(() => undefined)
    await rm(folder, { recursive: true, force: true })
  }
}

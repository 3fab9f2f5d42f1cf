// An OpenMetrics file too large for memory. In: lines of several families in any order. Out: one file with each family
// in one piece, as the grammar wants: families grow in part files that are joined at the end.
import { appendFileSync, closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { LineSink } from './series.ts'

export interface OpenMetricsFile extends LineSink {
  /** Joins what was written so far into `path` and starts afresh. @returns false when there was nothing. */
  write(path: string): boolean
}

const BUFFERED_LINES = 4_000
const COPY_BYTES = 1 << 20

export function createOpenMetricsFile(
  folder: string,
  typeOf: (family: string) => 'histogram' | 'gauge',
): OpenMetricsFile {
  const parts = new Map<string, { path: string; lines: string[] }>()

  function flush(part: { path: string; lines: string[] }): void {
    if (part.lines.length > 0) appendFileSync(part.path, `${part.lines.join('\n')}\n`)
    part.lines.length = 0
  }

  return {
    line(family, text) {
      let part = parts.get(family)
      if (!part) {
        part = { path: join(folder, `${family}.part`), lines: [`# TYPE ${family} ${typeOf(family)}`] }
        parts.set(family, part)
      }
      part.lines.push(text)
      if (part.lines.length >= BUFFERED_LINES) flush(part)
    },
    write(path) {
      if (parts.size === 0) return false
      const file = openSync(path, 'w')
      const buffer = Buffer.allocUnsafe(COPY_BYTES)
      for (const part of parts.values()) {
        flush(part)
        const source = openSync(part.path, 'r')
        for (let read = readSync(source, buffer); read > 0; read = readSync(source, buffer))
          writeSync(file, buffer, 0, read)
        closeSync(source)
        rmSync(part.path)
      }
      writeSync(file, '# EOF\n')
      closeSync(file)
      parts.clear()
      return true
    },
  }
}

// Progress of a long command. In: the share done and a text. Out: one line that is rewritten on a terminal, else a line
// for every tenth, on standard error.

export interface ProgressLine {
  show(share: number, text: string): void
  end(): void
}

const WIDTH = 24
const REDRAW_MS = 200

export function createProgressLine(title: string, stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  const startedMs = performance.now()
  let drawnAtMs = Number.NEGATIVE_INFINITY
  let lastTenth = 0
  const left = (share: number): string => {
    const elapsedMs = performance.now() - startedMs
    if (share <= 0 || elapsedMs < 2_000) return ''
    const seconds = Math.round((elapsedMs / share - elapsedMs) / 1000)
    return seconds >= 90 ? `${Math.round(seconds / 60)} min left` : `${seconds} s left`
  }
  return {
    show(share, text) {
      const said = [`${Math.floor(share * 100)} %`, text, left(share)].filter(Boolean).join(', ')
      if (stream.isTTY) {
        if (performance.now() - drawnAtMs < REDRAW_MS && share < 1) return
        drawnAtMs = performance.now()
        const full = Math.round(share * WIDTH)
        stream.write(`\r\x1b[K${title} ${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${said}`)
      } else if (Math.floor(share * 10) > lastTenth) {
        lastTenth = Math.floor(share * 10)
        stream.write(`${title}: ${said}\n`)
      }
    },
    end: () => void (stream.isTTY && stream.write('\n')),
  }
}

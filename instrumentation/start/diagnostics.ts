// What the telemetry says about itself on standard error. In: messages of the SDK and of this library. Out: few lines:
// a collector that is down for a day must not fill a disk.
import { DiagConsoleLogger, DiagLogLevel, diag } from '@opentelemetry/api'
import { diagLogLevelFromString, getStringFromEnv } from '@opentelemetry/core'

const WINDOW_MS = 60_000
const LINES_PER_WINDOW = 10

/** Uses OTEL_LOG_LEVEL when set, else warnings and errors, at most ten lines a minute. */
export function startDiagnostics(): void {
  const given = getStringFromEnv('OTEL_LOG_LEVEL')
  const level = given === undefined ? undefined : diagLogLevelFromString(given)
  const sink = new DiagConsoleLogger()
  if (level !== undefined && level >= DiagLogLevel.INFO) {
    diag.setLogger(sink, { logLevel: level, suppressOverrideMessage: true })
    return
  }
  const quiet = limitLines((text) => console.error(text))
  diag.setLogger(
    {
      ...noop,
      error: (...said) => quiet(`error: ${lineOf(said)}`),
      warn: (...said) => quiet(`warning: ${lineOf(said)}`),
    },
    { logLevel: level ?? DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
}

// Parts of the SDK begin with their own name; the message, and what was thrown, come after it. Other values may be telemetry.
const lineOf = (said: unknown[]): string =>
  said.flatMap((part) => (typeof part === 'string' ? [part] : part instanceof Error ? [part.message] : [])).join(' ')

const noop = { info: () => undefined, debug: () => undefined, verbose: () => undefined }

/** Passes on the first lines of each minute and says how many it kept back. */
export function limitLines(write: (text: string) => void, nowMs: () => number = () => performance.now()) {
  let windowStartMs = Number.NEGATIVE_INFINITY
  let lines = 0
  return (text: string): void => {
    if (nowMs() - windowStartMs >= WINDOW_MS) {
      if (lines > LINES_PER_WINDOW) write(`[telemetry] ${lines - LINES_PER_WINDOW} more lines in the last minute`)
      windowStartMs = nowMs()
      lines = 0
    }
    if (++lines <= LINES_PER_WINDOW) write(`[telemetry] ${text.slice(0, 500)}`)
  }
}

// Problems of the telemetry itself. In: a kind and a message. Out: a count per kind (health) and at most one log line
// a minute per kind through OpenTelemetry's diag logger. Never throws.
import { diag } from '@opentelemetry/api'
import { processState } from './process-state.ts'

const QUIET_MS = 60_000
const MAX_KINDS = 100
const seen = processState('problems', () => new Map<string, { count: number; loggedAtMs: number }>())

/** @param kind one of few fixed words, e.g. `tenant:orgId`; @param message for the developer, without user content. */
export function reportProblem(kind: string, message: string): void {
  try {
    const key = seen.has(kind) || seen.size < MAX_KINDS ? kind : 'other'
    const entry = seen.get(key) ?? { count: 0, loggedAtMs: Number.NEGATIVE_INFINITY }
    entry.count++
    const nowMs = performance.now()
    if (nowMs - entry.loggedAtMs >= QUIET_MS) {
      entry.loggedAtMs = nowMs
      diag.error(`spanledger: ${message}`)
    }
    seen.set(key, entry)
  } catch {
    // A logger that throws must not reach the app.
  }
}

/** How often each kind of problem was seen since the process started. */
export const problemCounts = (): Record<string, number> =>
  Object.fromEntries([...seen].map(([kind, { count }]) => [kind, count]))

/** Runs telemetry code so that its bugs stay its own: an exception is reported and swallowed. */
export function guard(kind: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    reportBug(kind, error)
  }
}

/** Reports an exception of telemetry code, for places where a closure for `guard` costs too much. */
export const reportBug = (kind: string, error: unknown): void =>
  reportProblem(kind, `bug in telemetry code (${kind}): ${error instanceof Error ? error.stack : String(error)}`)

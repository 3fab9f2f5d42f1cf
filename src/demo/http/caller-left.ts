// The caller hung up before the answer was complete: nobody's failure, and nobody is left to tell.

export class CallerLeftError extends Error {
  /** What fetch and timers call it too, so that telemetry says `aborted`. */
  override readonly name = 'AbortError'
}

export const hasCallerLeft = (error: unknown): boolean => error instanceof CallerLeftError

// Structured JSON logs on standard output. Secrets and prompt content never belong in a log call.
import { type Logger, pino } from 'pino'

export type { Logger }

/** @param service component name written as `service` on every line. @param level pino level, e.g. `info`. */
export function createLogger(service: string, level = 'info'): Logger {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['req.headers.authorization', 'headers.authorization', '*.password', '*.token'],
      censor: '[redacted]',
    },
  })
}

// Says that telemetry cannot be sent, or was lost. In: how much of which signal, and the exporter's error. Out: one line for
// the developer: what, why, and where to look. How many such lines there are is bounded by start/diagnostics.ts.
import { diag } from '@opentelemetry/api'
import { getStringFromEnv } from '@opentelemetry/core'
import { redact } from '../content/redact.ts'
import type { Signal } from './signal-stats.ts'

const ITEM: Readonly<Record<Signal, string>> = { traces: 'span', logs: 'log record', metrics: 'metrics export' }

export function reportLoss(signal: Signal, items: number, error: Error): void {
  diag.error(`spanledger: ${items} ${ITEM[signal]}${items === 1 ? '' : 's'} lost: ${reasonOf(error)}${hintOf(error)}`)
}

/** @param error none where a collector answered that it cannot just now. */
export function reportAway(url: string | undefined, error: Error | undefined): void {
  const reason = error ? reasonOf(error) : 'it asks to try later'
  diag.warn(`spanledger: ${redact(url ?? 'the collector')} takes no telemetry (${reason}); it is kept and tried again`)
}

// Exporters over HTTP name the status in `code`, those over gRPC in the message too; that of a refused connection to a name
// of two addresses has no message.
function reasonOf(error: Error): string {
  const code: unknown = Reflect.get(error, 'code')
  const said = error.message || String(code ?? error.name)
  return typeof code === 'number' && !said.startsWith(`${code} `) ? `${code} ${said}` : said
}

/** 401 and 403, and gRPC's words for them. */
const NOT_ALLOWED = new Set<unknown>([401, 403, 16, 7])
/** Not found, and gRPC's unknown service and unavailable; a lost connection has no number. */
const NOT_THERE = new Set<unknown>([404, 12, 14])

function hintOf(error: Error): string {
  const code: unknown = Reflect.get(error, 'code')
  if (NOT_ALLOWED.has(code)) return ' (is the token in OTEL_EXPORTER_OTLP_HEADERS right?)'
  if (typeof code === 'number' && !NOT_THERE.has(code)) return ''
  const endpoint = getStringFromEnv('OTEL_EXPORTER_OTLP_ENDPOINT')
  return ` (does a collector listen at ${endpoint ? redact(endpoint) : 'localhost, the default'}?)`
}

// The way of a log record through this process. In: records as the SDK emits them. Out: records with tenant attributes
// and without secrets, handed to batching when there is room, counted as dropped when there is not.
import { type Context, context, type Span, trace } from '@opentelemetry/api'
import type { LogRecordProcessor, ReadableLogRecord, ReadWriteLogRecord } from '@opentelemetry/sdk-logs'
import { guard } from '../problems.ts'
import { ATTR } from '../semconv.ts'
import { isOrgRefused, tenantAttributes } from '../tenant/context.ts'
import { claimedTenant } from '../tenant/local-trace.ts'
import { cleanLogRecord } from './clean.ts'
import type { SignalStats } from './signal-stats.ts'

// Records written before the tenant of their request was known.
const early = new WeakMap<object, Span>()

export class TenantLogProcessor implements LogRecordProcessor {
  readonly #next: LogRecordProcessor
  readonly #exporter: { forceFlush(): Promise<void> }
  readonly #stats: SignalStats
  #closed = false

  constructor(next: LogRecordProcessor, exporter: { forceFlush(): Promise<void> }, stats: SignalStats) {
    this.#next = next
    this.#exporter = exporter
    this.#stats = stats
  }

  onEmit(record: ReadWriteLogRecord, ctx: Context = context.active()): void {
    guard('log record', () => {
      if (this.#closed) {
        this.#stats.drop('shutdown')
        return
      }
      const span = trace.getSpan(ctx)
      const tenant = tenantAttributes(ctx)
      for (const key in tenant) {
        const value = tenant[key]
        if (record.attributes[key] === undefined && value !== undefined) record.setAttribute(key, value)
      }
      if (span && tenant?.[ATTR.orgId] === undefined && !isOrgRefused(ctx)) early.set(record, span)
      if (this.#stats.admit(record, cleanLogRecord(record))) this.#next.onEmit(record, ctx)
    })
  }

  async forceFlush(): Promise<void> {
    await this.#next.forceFlush()
    // The SDK's processors do not wait for what they handed over before.
    await this.#exporter.forceFlush()
  }

  shutdown(): Promise<void> {
    this.#closed = true
    return this.#next.shutdown()
  }
}

/** Stamps a record that was written before the tenant claimed its local trace. */
export function stampLateLog(record: ReadableLogRecord): void {
  const tenant = claimedTenant(early.get(record))
  if (!tenant || record.attributes[ATTR.orgId] !== undefined) return
  Object.assign(record.attributes, { ...tenant, ...record.attributes })
}

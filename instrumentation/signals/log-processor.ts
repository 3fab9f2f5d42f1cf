// Stamps the tenant on log records. In: records as the SDK emits them. Out: the same records with tenant attributes,
// handed to the next processor.
import { type Context, context, trace } from '@opentelemetry/api'
import type { LogRecordProcessor, ReadWriteLogRecord } from '@opentelemetry/sdk-logs'
import { guard } from '../problems.ts'
import { tenantAttributes } from '../tenant/context.ts'
import { claimedTenant } from '../tenant/local-trace.ts'

export class TenantLogProcessor implements LogRecordProcessor {
  readonly #next: LogRecordProcessor

  constructor(next: LogRecordProcessor) {
    this.#next = next
  }

  onEmit(record: ReadWriteLogRecord, ctx: Context = context.active()): void {
    guard('log record', () => {
      const tenant = tenantAttributes(ctx) ?? claimedTenant(trace.getSpan(ctx))
      for (const key in tenant) {
        const value = tenant[key]
        if (record.attributes[key] === undefined && value !== undefined) record.setAttribute(key, value)
      }
    })
    this.#next.onEmit(record, ctx)
  }

  forceFlush(): Promise<void> {
    return this.#next.forceFlush()
  }

  shutdown(): Promise<void> {
    return this.#next.shutdown()
  }
}

// Rows of llm_usage, both ways. In: lines. Out: binary rows; and lines again from what trace_lines() returns.
import { parseUsd } from '../../shared/money.ts'
import type { CallStatus, Certainty } from '../recognise/candidate.ts'
import type { CopyEncoder } from './copy-encoder.ts'
import type { LineKind, UsageLine } from './usage-line.ts'

export function appendLine(rows: CopyEncoder, line: UsageLine): void {
  const { content } = line
  // Dimensions and statuses of a reversal are those of what it reverses; its figures are negative.
  const sign = line.calls < 0 ? -1 : 1
  rows.startRow()
  rows.text(line.orgId)
  rows.text(line.traceId)
  rows.text(line.spanId)
  rows.timestamp(line.startTimeUnixNano)
  rows.int4(line.revision)
  rows.text(line.kind)
  rows.text(content.dealId)
  rows.text(content.userId)
  rows.text(content.sessionId)
  rows.text(content.provider)
  rows.text(content.model)
  rows.text(content.requestModel)
  rows.text(content.operation)
  rows.text(content.feature)
  rows.text(content.department)
  rows.text(content.agentId)
  rows.text(content.environment)
  rows.text(content.version)
  rows.text(content.intent)
  rows.text(content.segment)
  rows.text(content.serviceName)
  rows.int4(sign * content.usage.inputTokens)
  rows.int4(sign * content.usage.outputTokens)
  rows.int4(sign * content.usage.cacheReadTokens)
  rows.int4(sign * content.usage.cacheWriteTokens)
  rows.int4(sign * content.usage.reasoningTokens)
  rows.int2(line.calls)
  rows.int2(line.unpricedCalls)
  if (line.price.costPicoUsd === null) rows.null()
  else rows.pico(line.price.costPicoUsd)
  rows.text(line.price.costPicoUsd === null ? 'unpriced' : 'priced')
  if (line.price.version === null) rows.null()
  else rows.int8(line.price.version)
  rows.int4(content.latencyMs)
  if (content.timeToFirstTokenMs === null) rows.null()
  else rows.int4(content.timeToFirstTokenMs)
  rows.text(content.status)
  rows.text(content.errorClass)
  rows.text(content.finishReason)
  rows.text(content.certainty)
  rows.text(content.recognisedBy)
  rows.text(content.duplicateOf)
}

/** A row of trace_lines(), as pg returns it; times come as microseconds since 1970 in text. */
export interface LineRow {
  org_id: string
  trace_id: string
  span_id: string
  start_micros: string
  revision: number
  line_kind: LineKind
  deal_id: string
  user_id: string
  session_id: string
  provider: string
  model: string
  request_model: string
  operation: string
  feature: string
  department: string
  agent_id: string
  environment: string
  version: string
  intent: string
  segment: string
  service_name: string
  input_tokens: number
  output_tokens: number
  cache_read_tokens: number
  cache_write_tokens: number
  reasoning_tokens: number
  calls: number
  unpriced_calls: number
  cost_usd: string | null
  price_version: string | null
  latency_ms: number | null
  time_to_first_token_ms: number | null
  status: CallStatus
  error_class: string
  finish_reason: string
  certainty: Certainty
  recognised_by: string
  duplicate_of: string
}

export function lineFromRow(row: LineRow): UsageLine {
  const sign = row.calls < 0 ? -1 : 1
  return {
    orgId: row.org_id,
    traceId: row.trace_id,
    spanId: row.span_id,
    startTimeUnixNano: BigInt(row.start_micros) * 1000n,
    kind: row.line_kind,
    revision: row.revision,
    calls: row.calls,
    unpricedCalls: row.unpriced_calls,
    content: {
      dealId: row.deal_id,
      userId: row.user_id,
      sessionId: row.session_id,
      feature: row.feature,
      department: row.department,
      agentId: row.agent_id,
      environment: row.environment,
      version: row.version,
      serviceName: row.service_name,
      intent: row.intent,
      segment: row.segment,
      provider: row.provider,
      model: row.model,
      requestModel: row.request_model,
      operation: row.operation,
      usage: {
        inputTokens: sign * row.input_tokens,
        outputTokens: sign * row.output_tokens,
        cacheReadTokens: sign * row.cache_read_tokens,
        cacheWriteTokens: sign * row.cache_write_tokens,
        reasoningTokens: sign * row.reasoning_tokens,
      },
      latencyMs: row.latency_ms ?? 0,
      timeToFirstTokenMs: row.time_to_first_token_ms,
      status: row.status,
      errorClass: row.error_class,
      finishReason: row.finish_reason,
      certainty: row.certainty,
      recognisedBy: row.recognised_by,
      duplicateOf: row.duplicate_of,
    },
    price: {
      costPicoUsd: row.cost_usd === null ? null : parseUsd(row.cost_usd),
      version: row.price_version === null ? null : BigInt(row.price_version),
    },
  }
}

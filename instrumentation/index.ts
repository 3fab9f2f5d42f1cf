// Public API of `spanledger/instrumentation`; README.md shows each part in use.

export { aiSdkIntegration } from './clients/ai-sdk.ts'
export { traceAiModel } from './clients/ai-sdk-models.ts'
export { traceClients } from './clients/client-instrumentation.ts'
export type { ContentMode, ContentPolicy } from './content/policy.ts'
export type { FeatureRun, Metadata } from './feature/feature-run.ts'
export { traceFeature } from './feature/trace-feature.ts'
export { getTelemetryHealth, type TelemetryHealth } from './health.ts'
export { type ErrorHandlerOptions, errorHandler } from './http/error-handler.ts'
export { type TenantResolver, tenantMiddleware } from './http/tenant-middleware.ts'
export { activeTraceId, TRACE_ID_HEADER, traceIdMiddleware } from './http/trace-id-header.ts'
export {
  type Evaluation,
  type Feedback,
  type Guardrail,
  type Judged,
  type Outcome,
  recordEvaluation,
  recordFeedback,
  recordGuardrail,
  recordOutcome,
} from './judgement/record.ts'
export { logFields } from './log-fields.ts'
export { type JobCarrier, jobCarrier, traceJob, webSocketHandler } from './messages/trace-message.ts'
export { type RetryOptions, withFallback, withRetries } from './model-call/retries.ts'
export { traceModelCall } from './model-call/trace-model-call.ts'
export type { ModelCall, ModelCallOptions, ResponseInfo, Usage } from './model-call/types.ts'
export { type ResponseStream, traceResponseStream } from './rag/response-stream.ts'
export {
  type EmbeddingOptions,
  type GraphQueryOptions,
  type RerankOptions,
  traceEmbedding,
  traceGraphQuery,
  traceRerank,
  traceVectorSearch,
  type VectorSearchOptions,
} from './rag/steps.ts'
export { ATTR, EVENT, type FeatureStatus, METRIC } from './semconv.ts'
export type { TelemetryOptions } from './start/options.ts'
export { activeTelemetry, startTelemetry, type Telemetry } from './start/start-telemetry.ts'
export { tenantAttributes, withTenant } from './tenant/context.ts'
export type { Tenant } from './tenant/tenant.ts'

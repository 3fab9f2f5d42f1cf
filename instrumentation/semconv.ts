// Every telemetry name Spanledger emits or reads in its own dialect; nothing else spells them.
// GenAI names: OpenTelemetry semantic conventions v1.41.1. Names without a prefix are fixed by our contract.

/** Attribute keys of spans, metric points and log records. */
export const ATTR = {
  // tenant context
  orgId: 'org_id',
  dealId: 'deal_id',
  feature: 'feature',
  department: 'department',
  userId: 'user.id',
  sessionId: 'session.id',
  agentId: 'gen_ai.agent.id',
  agentName: 'gen_ai.agent.name',
  agentVersion: 'gen_ai.agent.version',
  environment: 'deployment.environment.name',
  serviceName: 'service.name',
  serviceVersion: 'service.version',
  // model calls
  operationName: 'gen_ai.operation.name',
  providerName: 'gen_ai.provider.name',
  requestModel: 'gen_ai.request.model',
  requestStream: 'gen_ai.request.stream',
  responseModel: 'gen_ai.response.model',
  responseId: 'gen_ai.response.id',
  finishReasons: 'gen_ai.response.finish_reasons',
  timeToFirstChunk: 'gen_ai.response.time_to_first_chunk',
  conversationId: 'gen_ai.conversation.id',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  cacheCreationTokens: 'gen_ai.usage.cache_creation.input_tokens',
  reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  tokenType: 'gen_ai.token.type',
  errorType: 'error.type',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  // ours
  usageEstimated: 'spanledger.usage.estimated',
  usagePartial: 'spanledger.usage.partial',
  inputCharacters: 'spanledger.input.characters',
  outputCharacters: 'spanledger.output.characters',
  attempt: 'spanledger.attempt.number',
  featureStatus: 'spanledger.feature.status',
  featureMetadata: 'spanledger.feature.metadata',
  stage: 'spanledger.stage.name',
  degraded: 'spanledger.degraded',
  degradedReason: 'spanledger.degraded.reason',
} as const

/** Status of a feature run. */
export const FEATURE_STATUSES = ['success', 'error', 'timeout', 'rate_limited', 'degraded'] as const
export type FeatureStatus = (typeof FEATURE_STATUSES)[number]

/** Span names that mark what a span is; the ledger recognises feature runs by this prefix and attribute. */
export const FEATURE_SPAN_PREFIX = 'feature '

/** Metrics the instrumentation emits. Units are UCUM; the Prometheus name follows from name, unit and type. */
export const METRIC = {
  tokenUsage: { name: 'gen_ai.client.token.usage', unit: '{token}', type: 'histogram' },
  operationDuration: { name: 'gen_ai.client.operation.duration', unit: 's', type: 'histogram' },
  timeToFirstChunk: { name: 'gen_ai.client.operation.time_to_first_chunk', unit: 's', type: 'histogram' },
  featureDuration: { name: 'spanledger.feature.duration', unit: 's', type: 'histogram' },
  foldedDeals: { name: 'spanledger.metrics.deals_folded', unit: '{deal}', type: 'gauge' },
} as const

/** The deal_id of metric points beyond the first N deals of an organisation. */
export const OTHER_DEAL = '_other'

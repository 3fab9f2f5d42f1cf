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
  inputMessages: 'gen_ai.input.messages',
  outputMessages: 'gen_ai.output.messages',
  systemInstructions: 'gen_ai.system_instructions',
  inputTokens: 'gen_ai.usage.input_tokens',
  outputTokens: 'gen_ai.usage.output_tokens',
  cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  cacheCreationTokens: 'gen_ai.usage.cache_creation.input_tokens',
  reasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  audioInputTokens: 'gen_ai.usage.input_audio_tokens',
  audioOutputTokens: 'gen_ai.usage.output_audio_tokens',
  cacheWriteHourTokens: 'anthropic.usage.cache_creation.ephemeral_1h_input_tokens',
  webSearches: 'gen_ai.usage.web_search_requests',
  serviceTier: 'gen_ai.response.service_tier',
  tokenType: 'gen_ai.token.type',
  errorType: 'error.type',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  // ours
  usageEstimated: 'spanledger.usage.estimated',
  usagePartial: 'spanledger.usage.partial',
  inputMessageCount: 'spanledger.input.messages',
  inputRoles: 'spanledger.input.roles',
  inputCharacters: 'spanledger.input.characters',
  outputCharacters: 'spanledger.output.characters',
  streamOutcome: 'spanledger.stream.outcome',
  attempt: 'spanledger.attempt.number',
  fallback: 'spanledger.fallback',
  httpStatusCode: 'http.response.status_code',
  httpMethod: 'http.request.method',
  httpRoute: 'http.route',
  httpRequestBytes: 'http.request.body.size',
  httpResponseBytes: 'http.response.body.size',
  exceptionStacktrace: 'exception.stacktrace',
  exceptionMessage: 'exception.message',
  featureStatus: 'spanledger.feature.status',
  featureMetadata: 'spanledger.feature.metadata',
  stage: 'spanledger.stage.name',
  degraded: 'spanledger.degraded',
  degradedReason: 'spanledger.degraded.reason',
  intent: 'spanledger.intent',
  segment: 'spanledger.segment',
  // retrieval steps
  ragStep: 'spanledger.rag.step',
  embeddingProvider: 'spanledger.embedding.provider',
  embeddingModel: 'spanledger.embedding.model',
  embeddingQueryLength: 'spanledger.embedding.query_length',
  cacheHit: 'spanledger.cache.hit',
  searchMode: 'spanledger.search.mode',
  chunksRetrieved: 'spanledger.search.chunks_retrieved',
  chunksUsed: 'spanledger.search.chunks_used',
  topScore: 'spanledger.search.top_score',
  averageScore: 'spanledger.search.average_score',
  scoreThreshold: 'spanledger.search.score_threshold',
  searchLimit: 'spanledger.search.limit',
  rerankProvider: 'spanledger.rerank.provider',
  rerankModel: 'spanledger.rerank.model',
  rerankCandidates: 'spanledger.rerank.candidates',
  rerankKept: 'spanledger.rerank.kept',
  graphResults: 'spanledger.graph.results',
  streamChunks: 'spanledger.stream.chunks',
  streamBytes: 'spanledger.stream.bytes',
  dbReturnedRows: 'db.response.returned_rows',
  retryDelayMs: 'spanledger.retry.delay_ms',
  jobName: 'spanledger.job.name',
  // judgements
  evaluationName: 'gen_ai.evaluation.name',
  evaluationScore: 'gen_ai.evaluation.score.value',
  evaluationLabel: 'gen_ai.evaluation.score.label',
  evaluationExplanation: 'gen_ai.evaluation.explanation',
  evaluator: 'spanledger.evaluation.evaluator',
  guardrailName: 'spanledger.guardrail.name',
  guardrailVerdict: 'spanledger.guardrail.verdict',
  guardrailAction: 'spanledger.guardrail.action',
  guardrailScore: 'spanledger.guardrail.score',
  guardrailTarget: 'spanledger.guardrail.target',
  feedbackRating: 'spanledger.feedback.rating',
  feedbackKind: 'spanledger.feedback.kind',
  feedbackComment: 'spanledger.feedback.comment',
  outcomeName: 'spanledger.outcome.name',
  outcomeValue: 'spanledger.outcome.value',
  outcomeUnit: 'spanledger.outcome.unit',
  // the telemetry itself
  signal: 'spanledger.signal',
  dropReason: 'spanledger.drop.reason',
  problemKind: 'spanledger.problem.kind',
  dbSystem: 'db.system.name',
  dbCollection: 'db.collection.name',
  dbNamespace: 'db.namespace',
  dbOperation: 'db.operation.name',
  dbQueryText: 'db.query.text',
} as const

/** Names of events: judgements are log-based events and span events, the rest span events only. */
export const EVENT = {
  evaluation: 'gen_ai.evaluation.result',
  guardrail: 'spanledger.guardrail',
  feedback: 'spanledger.feedback',
  outcome: 'spanledger.outcome',
  retry: 'spanledger.retry',
  fallback: 'spanledger.fallback',
} as const

/** Status of a feature run. */
export const FEATURE_STATUSES = ['success', 'error', 'timeout', 'rate_limited', 'degraded'] as const
export type FeatureStatus = (typeof FEATURE_STATUSES)[number]

/** Span names that mark what a span is; the ledger recognises feature runs by this prefix and attribute. */
export const FEATURE_SPAN_PREFIX = 'feature '
export const STAGE_SPAN_PREFIX = 'stage '

/** Metrics the instrumentation emits. Units are UCUM; the Prometheus name follows from name, unit and type. */
export const METRIC = {
  tokenUsage: {
    name: 'gen_ai.client.token.usage',
    unit: '{token}',
    type: 'histogram',
    description: 'Tokens of one model call, by gen_ai.token.type.',
  },
  operationDuration: {
    name: 'gen_ai.client.operation.duration',
    unit: 's',
    type: 'histogram',
    description: 'Duration of one model call, until the last chunk when it streams.',
  },
  timeToFirstChunk: {
    name: 'gen_ai.client.operation.time_to_first_chunk',
    unit: 's',
    type: 'histogram',
    description: 'Time from the request to the first chunk that carries output.',
  },
  timePerOutputChunk: {
    name: 'gen_ai.client.operation.time_per_output_chunk',
    unit: 's',
    type: 'histogram',
    description: 'Time between two chunks that carry output, after the first.',
  },
  featureDuration: {
    name: 'spanledger.feature.duration',
    unit: 's',
    type: 'histogram',
    description: 'Duration of one feature run, by spanledger.feature.status.',
  },
  rateLimitUsed: {
    name: 'spanledger.provider.rate_limit.used',
    unit: '1',
    type: 'gauge',
    description: 'Share of the provider’s tightest rate limit in use, 0 to 1, as the headers of its answers tell.',
  },
  telemetrySent: {
    name: 'spanledger.telemetry.sent',
    unit: '{item}',
    type: 'counter',
    description: 'Spans, log records and metric exports the collector accepted, by signal.',
  },
  telemetryDropped: {
    name: 'spanledger.telemetry.dropped',
    unit: '{item}',
    type: 'counter',
    description: 'Spans, log records and metric exports lost before the collector accepted them, by signal and reason.',
  },
  telemetryQueued: {
    name: 'spanledger.telemetry.queued',
    unit: '{item}',
    type: 'gauge',
    description: 'Spans and log records waiting to be sent, by signal.',
  },
  telemetryProblems: {
    name: 'spanledger.telemetry.problems',
    unit: '{problem}',
    type: 'counter',
    description: 'Refused tenant ids, telemetry bugs and wrong settings seen by this process, by kind.',
  },
  foldedDeals: {
    name: 'spanledger.metrics.deals_folded',
    unit: '{deal}',
    type: 'gauge',
    description: 'Deals of an organisation counted under deal_id="_other" because the bound was reached.',
  },
} as const

/** The deal_id of metric points beyond the first N deals of an organisation. */
export const OTHER_DEAL = '_other'

/**
 * error.type of outcomes that have one meaning whatever the provider calls them. On spans other errors keep their own code;
 * on metrics they are the HTTP status, or one of the last two (the conventions' word for what has no name).
 */
export const ERROR_TYPE = {
  rateLimited: 'rate_limited',
  timeout: 'timeout',
  aborted: 'aborted',
  connection: 'connection_error',
  other: '_OTHER',
} as const

/** How a stream ended: read to its end, left early by the reader, cancelled, or broken by the network or provider. */
export const STREAM_OUTCOMES = ['completed', 'stopped', 'aborted', 'broken', 'abandoned'] as const
export type StreamOutcome = (typeof STREAM_OUTCOMES)[number]

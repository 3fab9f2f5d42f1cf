// What each attribute means: the source of TELEMETRY.md beside semconv.ts. A name added there must be described here,
// or the types do not check.
import type { ATTR } from './semconv.ts'

export type AttributeType = 'string' | 'int' | 'double' | 'boolean' | 'string[]'
export type AttributeGroup =
  | 'Tenant'
  | 'Model call'
  | 'Usage'
  | 'Attempts and streams'
  | 'Feature run'
  | 'Retrieval'
  | 'Judgements'
  | 'Content'
  | 'Telemetry itself'
  | 'Borrowed'

export interface AttributeDoc {
  group: AttributeGroup
  type: AttributeType
  text: string
}

const doc = (group: AttributeGroup, type: AttributeType, text: string): AttributeDoc => ({ group, type, text })

export const ATTRIBUTE_DOCS: Record<keyof typeof ATTR, AttributeDoc> = {
  orgId: doc('Tenant', 'string', 'The organisation: the tenant. 1 to 128 of `A-Z a-z 0-9 . _ : @ -`.'),
  dealId: doc('Tenant', 'string', 'The deal: the workspace inside the organisation. Same alphabet.'),
  feature: doc('Tenant', 'string', 'What the person used: `chat`, `document_upload`, `search`, …'),
  department: doc('Tenant', 'string', 'Department that pays for the work.'),
  userId: doc('Tenant', 'string', 'The person. Never a metric label.'),
  sessionId: doc('Tenant', 'string', 'The session. Never a metric label.'),
  agentId: doc('Tenant', 'string', 'The deployed GenAI worker.'),
  agentName: doc('Tenant', 'string', 'Its name for people.'),
  agentVersion: doc('Tenant', 'string', 'Its version.'),
  environment: doc('Tenant', 'string', '`production`, `staging`, …'),
  intent: doc('Tenant', 'string', 'What the person wants, as the app classifies it.'),
  segment: doc('Tenant', 'string', 'Customer segment.'),
  serviceName: doc('Borrowed', 'string', 'The emitting service (resource).'),
  serviceVersion: doc('Borrowed', 'string', 'Its version (resource).'),
  operationName: doc(
    'Model call',
    'string',
    '`chat`, `embeddings`, `generate_content`, `text_completion`, `rerank`, …',
  ),
  providerName: doc('Model call', 'string', '`openai`, `anthropic`, `gcp.gemini`, `azure.ai.openai`, …'),
  requestModel: doc('Model call', 'string', 'The model asked for.'),
  requestStream: doc('Model call', 'boolean', 'A stream was asked for.'),
  responseModel: doc('Model call', 'string', 'The model that answered; the price follows it.'),
  responseId: doc('Model call', 'string', 'The provider’s id of the answer.'),
  finishReasons: doc('Model call', 'string[]', 'Why the model stopped, one per choice.'),
  timeToFirstChunk: doc('Model call', 'double', 'Seconds from the request to the first chunk with output.'),
  conversationId: doc('Model call', 'string', 'The conversation.'),
  inputTokens: doc('Usage', 'int', 'Tokens of the prompt, cached ones included.'),
  outputTokens: doc('Usage', 'int', 'Tokens of the answer, reasoning included.'),
  cacheReadTokens: doc('Usage', 'int', 'Part of the input read from the provider’s prompt cache.'),
  cacheCreationTokens: doc('Usage', 'int', 'Part of the input written to the provider’s prompt cache.'),
  reasoningTokens: doc('Usage', 'int', 'Part of the output spent on reasoning.'),
  audioInputTokens: doc('Usage', 'int', 'Part of the input that was sound; left out when 0, as are the next four.'),
  audioOutputTokens: doc('Usage', 'int', 'Part of the output that was sound.'),
  cacheWriteHourTokens: doc('Usage', 'int', 'Part of what was written to the prompt cache that is kept for an hour.'),
  webSearches: doc('Usage', 'int', 'Searches of the web that the provider made.'),
  serviceTier: doc('Usage', 'string', 'The tier that answered, where it is not the usual one: `flex`, `priority`, …'),
  tokenType: doc('Usage', 'string', 'Metric label: `input` or `output`.'),
  usageEstimated: doc('Usage', 'boolean', 'Some count is characters ÷ 4, for want of the provider’s figure.'),
  usagePartial: doc('Usage', 'boolean', 'The answer was not read to its end; counts are of what was seen.'),
  inputCharacters: doc('Usage', 'int', 'Characters of the prompt.'),
  outputCharacters: doc('Usage', 'int', 'Characters of the answer, reasoning and tool arguments included.'),
  errorType: doc(
    'Model call',
    'string',
    '`rate_limited`, `timeout`, `aborted`, else on spans the code, HTTP status or class of the error; on metrics `connection_error`, the HTTP status (400 to 599) or `_OTHER`.',
  ),
  serverAddress: doc('Borrowed', 'string', 'Host of the provider.'),
  serverPort: doc('Borrowed', 'int', 'Port of the provider.'),
  inputMessages: doc('Content', 'string', 'Messages of the prompt as JSON. Only in modes `redacted` and `full`.'),
  outputMessages: doc('Content', 'string', 'Messages of the answer as JSON. Only in modes `redacted` and `full`.'),
  systemInstructions: doc('Content', 'string', 'System prompt. Only in modes `redacted` and `full`.'),
  inputMessageCount: doc('Content', 'int', 'Messages in the prompt. From mode `metadata` on.'),
  inputRoles: doc('Content', 'string[]', 'Their roles in order. From mode `metadata` on.'),
  streamOutcome: doc('Attempts and streams', 'string', '`completed`, `stopped`, `aborted`, `broken` or `abandoned`.'),
  attempt: doc('Attempts and streams', 'int', 'Number of the attempt, from 1.'),
  fallback: doc('Attempts and streams', 'string', 'Name of the fallback that ran instead of the first choice.'),
  retryDelayMs: doc('Attempts and streams', 'int', 'Wait before the next attempt, in milliseconds (event).'),
  httpStatusCode: doc('Borrowed', 'int', 'HTTP status of the answer.'),
  httpMethod: doc('Borrowed', 'string', 'HTTP method.'),
  httpRoute: doc('Borrowed', 'string', 'Route of the request.'),
  httpRequestBytes: doc('Borrowed', 'int', 'Size of the request body.'),
  httpResponseBytes: doc('Borrowed', 'int', 'Size of the response body.'),
  exceptionStacktrace: doc('Borrowed', 'string', 'Stack of an exception (event).'),
  exceptionMessage: doc('Borrowed', 'string', 'Message of an exception (event).'),
  featureStatus: doc(
    'Feature run',
    'string',
    '`success`, `error`, `timeout`, `rate_limited` or `degraded`; marks a feature run.',
  ),
  featureMetadata: doc(
    'Feature run',
    'string',
    'JSON object: the run’s metadata, `stage_ms`, and `error` with its stack.',
  ),
  stage: doc('Feature run', 'string', 'Name of the stage; marks a stage.'),
  degraded: doc('Feature run', 'boolean', 'The run gave a lesser answer.'),
  degradedReason: doc('Feature run', 'string', 'Why.'),
  ragStep: doc('Retrieval', 'string', '`embedding`, `vector_search`, `rerank`, `graph_query` or `response_stream`.'),
  embeddingProvider: doc('Retrieval', 'string', 'Provider of the embedding.'),
  embeddingModel: doc('Retrieval', 'string', 'Model of the embedding.'),
  embeddingQueryLength: doc('Retrieval', 'int', 'Characters of the text to embed.'),
  cacheHit: doc('Retrieval', 'boolean', 'The app’s own cache had the answer.'),
  searchMode: doc('Retrieval', 'string', '`vector`, `keyword`, `hybrid`, …'),
  searchLimit: doc('Retrieval', 'int', 'Most chunks asked for.'),
  chunksRetrieved: doc('Retrieval', 'int', 'Chunks found.'),
  chunksUsed: doc('Retrieval', 'int', 'Chunks put into the prompt.'),
  topScore: doc('Retrieval', 'double', 'Best score.'),
  averageScore: doc('Retrieval', 'double', 'Mean score of the chunks found.'),
  scoreThreshold: doc('Retrieval', 'double', 'Least score accepted.'),
  rerankProvider: doc('Retrieval', 'string', 'Provider of the reranker.'),
  rerankModel: doc('Retrieval', 'string', 'Model of the reranker.'),
  rerankCandidates: doc('Retrieval', 'int', 'Chunks put before the reranker.'),
  rerankKept: doc('Retrieval', 'int', 'Chunks it kept.'),
  graphResults: doc('Retrieval', 'int', 'Results of the graph query.'),
  streamChunks: doc('Retrieval', 'int', 'Chunks written to the reader.'),
  streamBytes: doc('Retrieval', 'int', 'Bytes written to the reader.'),
  evaluationName: doc('Judgements', 'string', 'Rubric of an evaluation.'),
  evaluationScore: doc('Judgements', 'double', 'Its score.'),
  evaluationLabel: doc('Judgements', 'string', 'Its verdict in words.'),
  evaluationExplanation: doc('Judgements', 'string', 'Its reason. Content: only in modes `redacted` and `full`.'),
  evaluator: doc('Judgements', 'string', 'Who or what judged.'),
  guardrailName: doc('Judgements', 'string', '`pii`, `toxicity`, `prompt_injection`, …'),
  guardrailVerdict: doc('Judgements', 'string', '`pass`, `flag` or `block`.'),
  guardrailAction: doc('Judgements', 'string', 'What was done: `none`, `redacted`, `blocked`, …'),
  guardrailScore: doc('Judgements', 'double', 'Score of the check.'),
  guardrailTarget: doc('Judgements', 'string', '`input` or `output`.'),
  feedbackRating: doc('Judgements', 'double', 'From -1 to 1.'),
  feedbackKind: doc('Judgements', 'string', '`thumbs`, `stars`, `correction`, …'),
  feedbackComment: doc('Judgements', 'string', 'What the person wrote. Content: only in modes `redacted` and `full`.'),
  outcomeName: doc('Judgements', 'string', '`deal_closed`, `ticket_solved`, …'),
  outcomeValue: doc('Judgements', 'double', 'Its value.'),
  outcomeUnit: doc('Judgements', 'string', 'Unit of the value.'),
  jobName: doc('Feature run', 'string', 'Name of a queue job.'),
  signal: doc('Telemetry itself', 'string', 'Metric label: `traces`, `logs` or `metrics`.'),
  dropReason: doc('Telemetry itself', 'string', 'Metric label: `queue_full`, `rejected` or `shutdown`.'),
  problemKind: doc('Telemetry itself', 'string', 'Metric label: kind of problem, one of few.'),
  dbSystem: doc('Borrowed', 'string', 'Database product.'),
  dbCollection: doc('Borrowed', 'string', 'Collection searched.'),
  dbNamespace: doc('Borrowed', 'string', 'Database name.'),
  dbOperation: doc('Borrowed', 'string', 'What the query does; its text is not recorded for graph queries.'),
  dbQueryText: doc('Borrowed', 'string', 'Text of a SQL query, with placeholders.'),
  dbReturnedRows: doc('Borrowed', 'int', 'Records returned.'),
}

// The tables the ledger writes: their columns in the order in which rows are encoded, the column that decides the
// partition, and the key that decides what is a duplicate.

export interface TargetTable {
  name: string
  timeColumn: string
  key: readonly string[]
  columns: readonly string[]
  /** Types of the columns that are not text. */
  types: Readonly<Record<string, string>>
}

const SPAN_KEY = ['org_id', 'trace_id', 'span_id', 'created_at'] as const

export const TRACE_SPANS: TargetTable = {
  name: 'trace_spans',
  timeColumn: 'start_time',
  key: ['org_id', 'trace_id', 'span_id', 'start_time'],
  columns: [
    ...['org_id', 'trace_id', 'span_id', 'start_time', 'start_nanos', 'duration_ns', 'parent_span_id', 'name'],
    ...['kind', 'status_code', 'status_message', 'service_name', 'deal_id', 'user_id', 'session_id', 'feature'],
    ...['department', 'agent_id', 'environment', 'version', 'intent', 'segment', 'scope_name', 'scope_version'],
    ...['attributes', 'resource', 'events', 'links', 'call', 'content_hash'],
  ],
  types: {
    start_time: 'timestamptz',
    start_nanos: 'smallint',
    duration_ns: 'bigint',
    kind: 'smallint',
    status_code: 'smallint',
    attributes: 'json',
    resource: 'json',
    events: 'json',
    links: 'json',
    call: 'json',
    content_hash: 'bigint',
  },
}

export const LLM_USAGE: TargetTable = {
  name: 'llm_usage',
  timeColumn: 'created_at',
  key: [...SPAN_KEY, 'revision'],
  columns: [
    ...['org_id', 'trace_id', 'span_id', 'created_at', 'revision', 'line_kind', 'deal_id', 'user_id', 'session_id'],
    ...['provider', 'model', 'request_model', 'operation', 'feature', 'department', 'agent_id', 'environment'],
    ...['version', 'intent', 'segment', 'service_name', 'input_tokens', 'output_tokens', 'cache_read_tokens'],
    ...['cache_write_tokens', 'reasoning_tokens', 'calls', 'unpriced_calls', 'cost_usd', 'price_status'],
    ...['price_version', 'latency_ms', 'time_to_first_token_ms', 'status', 'error_class', 'finish_reason'],
    ...['certainty', 'recognised_by', 'duplicate_of'],
  ],
  types: {
    created_at: 'timestamptz',
    revision: 'integer',
    input_tokens: 'integer',
    output_tokens: 'integer',
    cache_read_tokens: 'integer',
    cache_write_tokens: 'integer',
    reasoning_tokens: 'integer',
    calls: 'smallint',
    unpriced_calls: 'smallint',
    cost_usd: 'numeric',
    price_version: 'bigint',
    latency_ms: 'integer',
    time_to_first_token_ms: 'integer',
  },
}

export const FEATURE_USAGE: TargetTable = {
  name: 'feature_usage',
  timeColumn: 'created_at',
  key: SPAN_KEY,
  columns: [
    ...['org_id', 'trace_id', 'span_id', 'created_at', 'deal_id', 'user_id', 'session_id', 'feature_name', 'status'],
    ...['duration_ms', 'error_message', 'metadata', 'department', 'agent_id', 'environment', 'version', 'intent'],
    'segment',
  ],
  types: { created_at: 'timestamptz', duration_ms: 'double precision', metadata: 'jsonb' },
}

export const REQUEST_METRICS: TargetTable = {
  name: 'request_metrics',
  timeColumn: 'created_at',
  key: SPAN_KEY,
  columns: [
    ...['org_id', 'trace_id', 'span_id', 'created_at', 'deal_id', 'user_id', 'service_name', 'method', 'route'],
    ...['status_code', 'duration_ms', 'error_class', 'request_bytes', 'response_bytes', 'environment', 'version'],
  ],
  types: {
    created_at: 'timestamptz',
    status_code: 'integer',
    duration_ms: 'double precision',
    request_bytes: 'bigint',
    response_bytes: 'bigint',
  },
}

export const RAG_METRICS: TargetTable = {
  name: 'rag_metrics',
  timeColumn: 'created_at',
  key: SPAN_KEY,
  columns: [
    ...['org_id', 'trace_id', 'span_id', 'created_at', 'deal_id', 'feature', 'agent_id', 'environment', 'version'],
    ...['step', 'provider', 'mode', 'duration_ms', 'status', 'query_characters', 'chunks_retrieved', 'chunks_used'],
    ...['top_score', 'average_score', 'score_threshold', 'cache_hit', 'error_message'],
  ],
  types: {
    created_at: 'timestamptz',
    duration_ms: 'double precision',
    query_characters: 'integer',
    chunks_retrieved: 'integer',
    chunks_used: 'integer',
    top_score: 'double precision',
    average_score: 'double precision',
    score_threshold: 'double precision',
    cache_hit: 'boolean',
  },
}

export const CACHE_METRICS: TargetTable = {
  name: 'cache_metrics',
  timeColumn: 'created_at',
  key: SPAN_KEY,
  columns: [
    ...['org_id', 'trace_id', 'span_id', 'created_at', 'deal_id', 'feature', 'environment', 'cache_name'],
    ...['operation', 'hit', 'duration_ms'],
  ],
  types: { created_at: 'timestamptz', hit: 'boolean', duration_ms: 'double precision' },
}

export const STRUCTURED_LOGS: TargetTable = {
  name: 'structured_logs',
  timeColumn: 'time',
  key: ['org_id', 'time', 'log_id'],
  columns: [
    ...['org_id', 'time', 'log_id', 'level', 'severity_number', 'body', 'trace_id', 'span_id', 'deal_id', 'user_id'],
    ...['session_id', 'feature', 'service_name', 'scope_name', 'environment', 'event_name', 'attributes', 'resource'],
  ],
  types: { time: 'timestamptz', log_id: 'uuid', severity_number: 'smallint', attributes: 'json', resource: 'json' },
}

// Generated from the migrations by `npm run generate:schema`. Do not edit: a test compares it with a fresh database.

/** Table `agents`. */
export interface AgentsRow {
  org_id: string
  agent_id: string
  name: string
  department: string
  environment: string
  version: string
  status: string
  owner_team: string
  replacement: string | null
  created_at: Date
}

/** Table `alert_addresses`. */
export interface AlertAddressesRow {
  org_id: string
  user_id: string
  address: string
}

/** Table `alert_events`. */
export interface AlertEventsRow {
  org_id: string
  fingerprint: string
  starts_at: Date
  event_id: string
  happened_at: Date
  kind: string
  actor: string
  note: string | null
}

/** Table `alert_instances`. */
export interface AlertInstancesRow {
  org_id: string
  fingerprint: string
  starts_at: Date
  alert_name: string
  severity: string
  status: string
  labels: unknown
  annotations: unknown
  generator_url: string
  group_labels: unknown
  receiver: string
  source: string
  recorded_at: Date
  last_seen_at: Date
  ends_at: Date | null
  resolved_by: string | null
  resolution_note: string | null
  acknowledged_at: Date | null
  acknowledged_by: string | null
  acknowledge_note: string | null
  silenced_until: Date | null
  silence_id: string | null
  page_url: string
}

/** Table `alert_mails`. */
export interface AlertMailsRow {
  org_id: string
  delivery_digest: string
  user_id: string
  sent: boolean
  at: Date
}

/** Table `alert_notifications`. */
export interface AlertNotificationsRow {
  org_id: string
  fingerprint: string
  starts_at: Date
  notification_id: string
  sent_at: Date
  status: string
  receiver: string
  delivery_digest: string
}

/** Table `alert_rules`. */
export interface AlertRulesRow {
  alert_name: string
  severity: string
  runbook_url: string | null
  first_fired_at: Date
  last_fired_at: Date
}

/** Table `alert_silences`. */
export interface AlertSilencesRow {
  org_id: string
  silence_id: string
  created_at: Date
  ended_at: Date | null
}

/** Table `api_keys`. */
export interface ApiKeysRow {
  org_id: string
  key_sha256: string
  name: string
  role: string
  created_by: string
  created_at: Date
  expires_at: Date | null
  revoked_at: Date | null
}

/** Table `budget_crossings`. */
export interface BudgetCrossingsRow {
  org_id: string
  scope: string
  scope_id: string
  period: string
  period_start: Date
  amount_usd: string
  threshold: number
  used_usd: string
  crossed_at: Date
}

/** Table `budgets`. */
export interface BudgetsRow {
  budget_id: string
  org_id: string
  scope: string
  scope_id: string
  period: string
  amount_usd: string
  thresholds: number[]
  created_by: string
  created_at: Date
  updated_at: Date
}

/** Table `cache_metrics`. */
export interface CacheMetricsRow {
  org_id: string
  trace_id: string
  span_id: string
  created_at: Date
  deal_id: string
  feature: string
  environment: string
  cache_name: string
  operation: string
  hit: boolean | null
  size_bytes: string | null
  duration_ms: number
  saved_usd: string | null
  recorded_at: Date
}

/** Table `deals`. */
export interface DealsRow {
  org_id: string
  deal_id: string
  name: string
  created_at: Date
}

/** Table `demo_data_runs`. */
export interface DemoDataRunsRow {
  org_id: string
  seed: string
  days: number
  traces: number
  until_time: Date
  hours_done: number
  started_at: Date
  finished_at: Date | null
}

/** Table `departments`. */
export interface DepartmentsRow {
  org_id: string
  department: string
  owner: string
  budget_usd_month: string | null
  created_at: Date
}

/** View `distributed_traces`. */
export interface DistributedTracesRow {
  org_id: string | null
  trace_id: string | null
  start_time: Date | null
  end_time: Date | null
  duration_ms: string | null
  root_span_id: string | null
  root_name: string | null
  root_service: string | null
  root_status_code: number | null
  span_count: string | null
  error_count: string | null
  deal_id: string | null
  user_id: string | null
  session_id: string | null
  feature: string | null
  department: string | null
  agent_id: string | null
  environment: string | null
  version: string | null
}

/** Table `dropped_partitions`. */
export interface DroppedPartitionsRow {
  table_name: string
  from_time: Date
  to_time: Date
  dropped_at: Date
}

/** View `effective_budgets`. */
export interface EffectiveBudgetsRow {
  budget_id: string | null
  org_id: string | null
  scope: string | null
  scope_id: string | null
  period: string | null
  amount_usd: string | null
  thresholds: number[] | null
  created_by: string | null
  created_at: Date | null
  updated_at: Date | null
}

/** Table `environments`. */
export interface EnvironmentsRow {
  org_id: string
  environment: string
  description: string
  created_at: Date
}

/** Table `feature_usage`. */
export interface FeatureUsageRow {
  org_id: string
  trace_id: string
  span_id: string
  created_at: Date
  deal_id: string
  user_id: string
  session_id: string
  feature_name: string
  status: string
  duration_ms: number
  error_message: string
  metadata: unknown
  department: string
  agent_id: string
  environment: string
  version: string
  intent: string
  segment: string
  recorded_at: Date
}

/** Table `llm_usage`. */
export interface LlmUsageRow {
  org_id: string
  trace_id: string
  span_id: string
  created_at: Date
  revision: number
  line_kind: string
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
  price_status: string
  price_version: string | null
  latency_ms: number | null
  time_to_first_token_ms: number | null
  status: string
  error_class: string
  finish_reason: string
  certainty: string
  recognised_by: string
  duplicate_of: string
  recorded_at: Date
}

/** Table `members`. */
export interface MembersRow {
  org_id: string
  user_id: string
  role: string
  created_at: Date
}

/** Table `model_prices`. */
export interface ModelPricesRow {
  price_version: string
  provider: string
  model_pattern: string
  token_class: string
  above_input_tokens: number
  usd_per_million: string | null
  valid_from: Date
  valid_to: Date
  daily_from: string | null
  daily_to: string | null
  source: string
  rank: number
  recorded_at: Date
  note: string
}

/** Table `organisations`. */
export interface OrganisationsRow {
  org_id: string
  name: string
  created_at: Date
}

/** View `partition_leaves`. */
export interface PartitionLeavesRow {
  table_name: string | null
  leaf_name: string | null
  from_time: Date | null
  to_time: Date | null
}

/** Table `rag_metrics`. */
export interface RagMetricsRow {
  org_id: string
  trace_id: string
  span_id: string
  created_at: Date
  deal_id: string
  feature: string
  agent_id: string
  environment: string
  version: string
  step: string
  provider: string
  mode: string
  duration_ms: number
  status: string
  query_characters: number | null
  chunks_retrieved: number | null
  chunks_used: number | null
  top_score: number | null
  average_score: number | null
  score_threshold: number | null
  cache_hit: boolean | null
  error_message: string
  recorded_at: Date
}

/** Table `request_metrics`. */
export interface RequestMetricsRow {
  org_id: string
  trace_id: string
  span_id: string
  created_at: Date
  deal_id: string
  user_id: string
  service_name: string
  method: string
  route: string
  status_code: number | null
  duration_ms: number
  error_class: string
  request_bytes: string | null
  response_bytes: string | null
  environment: string
  version: string
  recorded_at: Date
}

/** Table `response_traces`. */
export interface ResponseTracesRow {
  org_id: string
  day: Date
  response_hash: string
  trace_id: string
}

/** Table `split_days`. */
export interface SplitDaysRow {
  org_id: string
  day: Date
}

/** Table `split_responses`. */
export interface SplitResponsesRow {
  org_id: string
  day: Date
  response_hash: string
  trace_id: string
}

/** Table `storage_settings`. */
export interface StorageSettingsRow {
  table_name: string
  partition_days: number
  keep_days: number
}

/** Table `structured_logs`. */
export interface StructuredLogsRow {
  org_id: string
  time: Date
  log_id: string
  level: string
  severity_number: number
  body: string
  trace_id: string
  span_id: string
  deal_id: string
  user_id: string
  session_id: string
  feature: string
  service_name: string
  scope_name: string
  environment: string
  event_name: string
  attributes: unknown
  resource: unknown
  received_at: Date
}

/** Table `system_metrics`. */
export interface SystemMetricsRow {
  org_id: string
  created_at: Date
  record_id: string
  service_name: string
  host_name: string
  metric: string
  value: number
  unit: string
  attributes: unknown
  recorded_at: Date
}

/** Table `tenant_readers`. */
export interface TenantReadersRow {
  role_name: string
  org_id: string
  created_at: Date
}

/** Table `trace_parts`. */
export interface TracePartsRow {
  org_id: string
  trace_id: string
  day: Date
  start_time: Date
  end_time: Date
  span_count: string
  error_count: string
  root_span_id: string
  root_start_time: Date | null
  root_name: string
  root_service: string
  root_status_code: number
  deal_id: string
  user_id: string
  session_id: string
  feature: string
  department: string
  agent_id: string
  environment: string
  version: string
}

/** Table `trace_spans`. */
export interface TraceSpansRow {
  org_id: string
  trace_id: string
  span_id: string
  start_time: Date
  start_nanos: number
  duration_ns: string
  parent_span_id: string
  name: string
  kind: number
  status_code: number
  status_message: string
  service_name: string
  deal_id: string
  user_id: string
  session_id: string
  feature: string
  department: string
  agent_id: string
  environment: string
  version: string
  intent: string
  segment: string
  scope_name: string
  scope_version: string
  attributes: unknown
  resource: unknown
  events: unknown
  links: unknown
  call: unknown
  content_hash: string
  received_at: Date
}

/** Table `usage_daily`. */
export interface UsageDailyRow {
  org_id: string
  day: Date
  dims_hash: Buffer
  deal_id: string
  feature: string
  provider: string
  model: string
  operation: string
  agent_id: string
  department: string
  environment: string
  version: string
  intent: string
  segment: string
  calls: string
  errors: string
  timeouts: string
  rate_limited: string
  unpriced_calls: string
  estimated_calls: string
  late_calls: string
  input_tokens: string
  output_tokens: string
  cache_read_tokens: string
  cache_write_tokens: string
  reasoning_tokens: string
  cost_usd: string
  latency_ms_sum: string
  latency_histogram: string[]
  first_token_histogram: string[]
}

/** Table `usage_hourly`. */
export interface UsageHourlyRow {
  org_id: string
  hour: Date
  dims_hash: Buffer
  feature: string
  provider: string
  model: string
  agent_id: string
  department: string
  environment: string
  version: string
  calls: string
  errors: string
  timeouts: string
  rate_limited: string
  unpriced_calls: string
  estimated_calls: string
  late_calls: string
  input_tokens: string
  output_tokens: string
  cache_read_tokens: string
  cache_write_tokens: string
  reasoning_tokens: string
  cost_usd: string
  latency_ms_sum: string
  latency_histogram: string[]
  first_token_histogram: string[]
}

/** Table `writer_tokens`. */
export interface WriterTokensRow {
  token_sha256: Buffer
  name: string
  org_ids: string[] | null
  created_at: Date
  revoked_at: Date | null
}

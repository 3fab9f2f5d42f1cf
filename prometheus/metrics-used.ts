// Every metric the rules read, with its labels and who exports it. In: nothing. Out: the table that contract tests compare
// with the rules on one side and with what the services export on the other.

export type Exporter =
  | 'instrumentation'
  | 'collector' // span metrics, made from any application's spans
  | 'collector itself'
  | 'ledger'
  | 'api'
  | 'ledger and api'
  | 'prometheus'
  | 'alertmanager'

export interface UsedMetric {
  exporter: Exporter
  labels: readonly string[]
}

const CALL = ['org_id', 'gen_ai_provider_name']
const SPAN = ['service_name', 'status_code', 'db_system_name', 'spanledger_rag_step', 'spanledger_cache_hit', 'org_id']
const PERIOD = ['org_id', 'scope', 'scope_id', 'period', 'period_start']

export const METRICS_USED: Readonly<Record<string, UsedMetric>> = {
  gen_ai_client_operation_duration_seconds: { exporter: 'instrumentation', labels: [...CALL, 'error_type'] },
  gen_ai_client_operation_time_to_first_chunk_seconds: { exporter: 'instrumentation', labels: CALL },
  spanledger_feature_duration_seconds: {
    exporter: 'instrumentation',
    labels: ['org_id', 'spanledger_feature_status', 'error_type'],
  },
  spanledger_telemetry_dropped_total: { exporter: 'instrumentation', labels: ['service_name', 'spanledger_signal'] },
  spanledger_provider_rate_limit_used_ratio: {
    exporter: 'instrumentation',
    labels: [...CALL, 'gen_ai_request_model'],
  },

  traces_span_metrics_calls_total: { exporter: 'collector', labels: [...SPAN, 'otel_metric_overflow', 'job'] },
  traces_span_metrics_duration_seconds: { exporter: 'collector', labels: SPAN },

  otelcol_exporter_queue_size: { exporter: 'collector itself', labels: ['job', 'exporter'] },
  otelcol_exporter_queue_capacity: { exporter: 'collector itself', labels: ['job', 'exporter'] },
  otelcol_exporter_send_failed_spans: { exporter: 'collector itself', labels: ['job', 'exporter'] },
  otelcol_exporter_send_failed_log_records: { exporter: 'collector itself', labels: ['job', 'exporter'] },
  otelcol_exporter_send_failed_metric_points: { exporter: 'collector itself', labels: ['job', 'exporter'] },
  otelcol_exporter_enqueue_failed_spans: { exporter: 'collector itself', labels: ['job', 'exporter'] },
  otelcol_receiver_refused_spans: { exporter: 'collector itself', labels: ['job', 'receiver'] },
  otelcol_receiver_refused_log_records: { exporter: 'collector itself', labels: ['job', 'receiver'] },
  otelcol_receiver_refused_metric_points: { exporter: 'collector itself', labels: ['job', 'receiver'] },
  otelcol_processor_tail_sampling_sampling_traces_on_memory: { exporter: 'collector itself', labels: ['job'] },

  ledger_spans_received_total: { exporter: 'ledger', labels: [] },
  ledger_logs_received_total: { exporter: 'ledger', labels: [] },
  ledger_spans_rejected_total: { exporter: 'ledger', labels: ['reason'] },
  ledger_logs_rejected_total: { exporter: 'ledger', labels: ['reason'] },
  ledger_conflicts_total: { exporter: 'ledger', labels: ['job'] },
  ledger_spans_ahead_total: { exporter: 'ledger', labels: [] },
  ledger_calls_total: { exporter: 'ledger', labels: ['org_id'] },
  ledger_unpriced_calls_total: { exporter: 'ledger', labels: ['org_id', 'provider', 'model'] },
  ledger_requests_total: { exporter: 'ledger', labels: ['job', 'status'] },
  ledger_write_errors_total: { exporter: 'ledger', labels: ['job', 'code'] },
  ledger_write_duration_seconds: { exporter: 'ledger', labels: ['job'] },
  ledger_price_book_recorded_timestamp_seconds: { exporter: 'ledger', labels: [] },

  pg_pool_waiting_requests: { exporter: 'ledger and api', labels: ['job'] },
  pg_pool_connections: { exporter: 'ledger and api', labels: ['job', 'state'] },

  neo4j_up: { exporter: 'api', labels: ['job'] },
  neo4j_ping_seconds: { exporter: 'api', labels: ['job'] },
  api_spend_usd: { exporter: 'api', labels: ['org_id', 'window'] },
  api_spend_daily_average_usd: { exporter: 'api', labels: ['org_id'] },
  api_spend_daily_limit_usd: { exporter: 'api', labels: ['org_id'] },
  budget_period_used_ratio: { exporter: 'api', labels: PERIOD },
  budget_threshold_crossed: { exporter: 'api', labels: [...PERIOD, 'threshold'] },
  api_job_interval_seconds: { exporter: 'api', labels: ['job', 'task'] },
  api_job_last_success_timestamp_seconds: { exporter: 'api', labels: ['job', 'task'] },
  api_job_started_timestamp_seconds: { exporter: 'api', labels: ['job', 'task'] },

  up: { exporter: 'prometheus', labels: ['job'] },
  ALERTS: { exporter: 'prometheus', labels: ['alertname', 'alertstate', 'job', 'exporter'] },
  prometheus_rule_evaluation_failures_total: { exporter: 'prometheus', labels: ['rule_group'] },
  alertmanager_notifications_failed_total: { exporter: 'alertmanager', labels: ['integration'] },
}

-- Up Migration
-- Feature runs, logs, and the records of requests, retrieval, caches and systems. Each comes from one span or one log
-- record, whose id is in its key: a replay finds its row there already.
set local role spanledger_owner;

create table feature_usage (
  org_id text collate "C" not null,
  trace_id text collate "C" not null,
  span_id text collate "C" not null,
  created_at timestamptz not null,
  deal_id text collate "C" not null default '',
  user_id text collate "C" not null default '',
  session_id text collate "C" not null default '',
  feature_name text collate "C" not null,
  status text not null,
  duration_ms double precision not null,
  error_message text not null default '',
  -- stage timings, stack trace, whatever the application added
  metadata jsonb not null default '{}',
  department text collate "C" not null default '',
  agent_id text collate "C" not null default '',
  environment text collate "C" not null default '',
  version text collate "C" not null default '',
  intent text collate "C" not null default '',
  segment text collate "C" not null default '',
  recorded_at timestamptz not null default now(),
  constraint feature_usage_pkey primary key (org_id, trace_id, span_id, created_at),
  constraint feature_usage_status_known check (status in ('success', 'error', 'timeout', 'rate_limited', 'degraded'))
) partition by range (created_at);
create index feature_usage_org_time_idx on feature_usage (org_id, created_at);
create index feature_usage_deal_time_idx on feature_usage (org_id, deal_id, created_at);
create index feature_usage_errors_idx on feature_usage (org_id, created_at) where status <> 'success';

create table structured_logs (
  org_id text collate "C" not null,
  time timestamptz not null,
  -- hash of the record's content and its place among equal records of one request
  log_id uuid not null,
  level text not null default '',
  severity_number smallint not null default 0,
  body text not null default '',
  trace_id text collate "C" not null default '',
  span_id text collate "C" not null default '',
  deal_id text collate "C" not null default '',
  user_id text collate "C" not null default '',
  session_id text collate "C" not null default '',
  feature text collate "C" not null default '',
  service_name text collate "C" not null default '',
  scope_name text not null default '',
  environment text collate "C" not null default '',
  event_name text not null default '',
  attributes json,
  resource json,
  received_at timestamptz not null default now(),
  constraint structured_logs_pkey primary key (org_id, time, log_id)
) partition by range (time);
create index structured_logs_trace_idx on structured_logs (org_id, trace_id) where trace_id <> '';
create index structured_logs_user_idx on structured_logs (org_id, user_id, time) where user_id <> '';
create index structured_logs_errors_idx on structured_logs (org_id, time) where severity_number >= 17;

create table request_metrics (
  org_id text collate "C" not null,
  trace_id text collate "C" not null,
  span_id text collate "C" not null,
  created_at timestamptz not null,
  deal_id text collate "C" not null default '',
  user_id text collate "C" not null default '',
  service_name text collate "C" not null default '',
  method text not null default '',
  route text not null default '',
  status_code integer,
  duration_ms double precision not null,
  error_class text not null default '',
  request_bytes bigint,
  response_bytes bigint,
  environment text collate "C" not null default '',
  version text collate "C" not null default '',
  recorded_at timestamptz not null default now(),
  constraint request_metrics_pkey primary key (org_id, trace_id, span_id, created_at)
) partition by range (created_at);
create index request_metrics_org_time_idx on request_metrics (org_id, created_at);

create table rag_metrics (
  org_id text collate "C" not null,
  trace_id text collate "C" not null,
  span_id text collate "C" not null,
  created_at timestamptz not null,
  deal_id text collate "C" not null default '',
  feature text collate "C" not null default '',
  agent_id text collate "C" not null default '',
  environment text collate "C" not null default '',
  version text collate "C" not null default '',
  -- embedding, vector_search, rerank, graph_query
  step text not null,
  provider text collate "C" not null default '',
  -- vector, keyword, hybrid, graph, …
  mode text not null default '',
  duration_ms double precision not null,
  status text not null default 'success',
  query_characters integer,
  chunks_retrieved integer,
  chunks_used integer,
  top_score double precision,
  average_score double precision,
  score_threshold double precision,
  cache_hit boolean,
  error_message text not null default '',
  recorded_at timestamptz not null default now(),
  constraint rag_metrics_pkey primary key (org_id, trace_id, span_id, created_at)
) partition by range (created_at);
create index rag_metrics_org_time_idx on rag_metrics (org_id, created_at);

create table cache_metrics (
  org_id text collate "C" not null,
  trace_id text collate "C" not null,
  span_id text collate "C" not null,
  created_at timestamptz not null,
  deal_id text collate "C" not null default '',
  feature text collate "C" not null default '',
  environment text collate "C" not null default '',
  cache_name text not null default '',
  -- get, set, delete
  operation text collate "C" not null default 'get',
  hit boolean,
  size_bytes bigint,
  duration_ms double precision not null,
  saved_usd numeric,
  recorded_at timestamptz not null default now(),
  constraint cache_metrics_pkey primary key (org_id, trace_id, span_id, created_at)
) partition by range (created_at);
create index cache_metrics_org_time_idx on cache_metrics (org_id, created_at);

create table system_metrics (
  org_id text collate "C" not null,
  created_at timestamptz not null,
  record_id uuid not null,
  service_name text collate "C" not null default '',
  host_name text not null default '',
  metric text not null,
  value double precision not null,
  unit text not null default '',
  attributes json,
  recorded_at timestamptz not null default now(),
  constraint system_metrics_pkey primary key (org_id, created_at, record_id)
) partition by range (created_at);
create index system_metrics_metric_idx on system_metrics (org_id, metric, created_at);

insert into storage_settings values
  ('feature_usage', 7, 90), ('structured_logs', 7, 30), ('request_metrics', 1, 30),
  ('rag_metrics', 1, 30), ('cache_metrics', 1, 7), ('system_metrics', 1, 7);

select protect_tenant_table(name::regclass)
from unnest(array['feature_usage', 'structured_logs', 'request_metrics', 'rag_metrics', 'cache_metrics', 'system_metrics']) as name;
grant insert on feature_usage, structured_logs, request_metrics, rag_metrics, cache_metrics, system_metrics to spanledger_writer;
grant select (org_id, trace_id, span_id, created_at) on feature_usage, request_metrics, rag_metrics, cache_metrics to spanledger_writer;
grant select (org_id, time, log_id) on structured_logs to spanledger_writer;
grant select (org_id, created_at, record_id) on system_metrics to spanledger_writer;

reset role;

-- Down Migration
set local role spanledger_owner;
drop table feature_usage, structured_logs, request_metrics, rag_metrics, cache_metrics, system_metrics;
delete from storage_settings
where table_name in ('feature_usage', 'structured_logs', 'request_metrics', 'rag_metrics', 'cache_metrics', 'system_metrics');
reset role;

-- Generated from the migrations by `npm run generate:schema`. Do not edit: a test compares it with a fresh database.
-- Partitions are left out: they are made at run time.

create sequence price_versions as bigint;
grant usage on sequence price_versions to spanledger_api;

create table agents (
  org_id text collate "C" not null,
  agent_id text collate "C" not null,
  name text not null default ''::text,
  department text collate "C" not null default ''::text,
  environment text collate "C" not null default 'production'::text,
  version text not null default 'v1.0'::text,
  status text not null default 'active'::text,
  owner_team text not null default ''::text,
  replacement text collate "C",
  created_at timestamp with time zone not null default now(),
  constraint agents_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisations(org_id) ON DELETE CASCADE,
  constraint agents_pkey PRIMARY KEY (org_id, agent_id),
  constraint agents_status_known CHECK ((status = ANY (ARRAY['active'::text, 'beta'::text, 'deprecated'::text])))
);
alter table agents enable row level security;
alter table agents force row level security;
create policy api_own_org on agents for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on agents for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on agents for select to spanledger_reader
  using (true);
create policy tenant_own_org on agents for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant delete, insert, select, update on table agents to spanledger_api;
grant select on table agents to spanledger_reader;
grant select on table agents to spanledger_tenant;

create table alert_addresses (
  org_id text collate "C" not null,
  user_id text collate "C" not null,
  address text not null,
  constraint alert_addresses_address_form CHECK (((address ~ '^[^][:space:][:cntrl:]<>()@,;:"\\[]+@[^][:space:][:cntrl:]<>()@,;:"\\[]+$'::text) AND (length(address) <= 254))),
  constraint alert_addresses_member_fkey FOREIGN KEY (org_id, user_id) REFERENCES members(org_id, user_id) ON DELETE CASCADE,
  constraint alert_addresses_pkey PRIMARY KEY (org_id, user_id)
);
alter table alert_addresses enable row level security;
alter table alert_addresses force row level security;
create policy api_own_org on alert_addresses for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on alert_addresses for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on alert_addresses for select to spanledger_reader
  using (true);
create policy tenant_own_org on alert_addresses for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant delete, insert, select, update on table alert_addresses to spanledger_api;
grant select on table alert_addresses to spanledger_reader;
grant select on table alert_addresses to spanledger_tenant;

create table alert_events (
  org_id text collate "C" not null,
  fingerprint text collate "C" not null,
  starts_at timestamp with time zone not null,
  event_id bigint not null,
  happened_at timestamp with time zone not null default now(),
  kind text not null,
  actor text not null,
  note text,
  constraint alert_events_instance_fkey FOREIGN KEY (org_id, fingerprint, starts_at) REFERENCES alert_instances(org_id, fingerprint, starts_at) ON DELETE CASCADE,
  constraint alert_events_kind_known CHECK ((kind = ANY (ARRAY['fired'::text, 'acknowledged'::text, 'snoozed'::text, 'note'::text, 'resolved'::text, 'reopened'::text]))),
  constraint alert_events_pkey PRIMARY KEY (org_id, fingerprint, starts_at, event_id)
);
alter table alert_events enable row level security;
alter table alert_events force row level security;
create policy api_own_org on alert_events for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on alert_events for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on alert_events for select to spanledger_reader
  using (true);
create policy tenant_own_org on alert_events for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant insert, select on table alert_events to spanledger_api;
grant select on table alert_events to spanledger_reader;
grant select on table alert_events to spanledger_tenant;

create table alert_instances (
  org_id text collate "C" not null,
  fingerprint text collate "C" not null,
  starts_at timestamp with time zone not null,
  alert_name text collate "C" not null,
  severity text not null,
  status text not null default 'firing'::text,
  labels jsonb not null,
  annotations jsonb not null,
  generator_url text not null default ''::text,
  group_labels jsonb not null,
  receiver text not null default ''::text,
  source text not null,
  recorded_at timestamp with time zone not null default now(),
  last_seen_at timestamp with time zone not null default now(),
  ends_at timestamp with time zone,
  resolved_by text,
  resolution_note text,
  acknowledged_at timestamp with time zone,
  acknowledged_by text,
  acknowledge_note text,
  silenced_until timestamp with time zone,
  silence_id text,
  page_url text not null default ''::text,
  constraint alert_instances_acknowledged_whole CHECK (((acknowledged_at IS NULL) = (acknowledged_by IS NULL))),
  constraint alert_instances_alert_name_fkey FOREIGN KEY (alert_name) REFERENCES alert_rules(alert_name),
  constraint alert_instances_ends_after_start CHECK ((ends_at >= starts_at)),
  constraint alert_instances_fingerprint_form CHECK ((fingerprint ~ '^[0-9a-f]{16}$'::text)),
  constraint alert_instances_pkey PRIMARY KEY (org_id, fingerprint, starts_at),
  constraint alert_instances_resolved_whole CHECK (((status = 'resolved'::text) = ((ends_at IS NOT NULL) AND (resolved_by IS NOT NULL)))),
  constraint alert_instances_source_known CHECK ((source = ANY (ARRAY['webhook'::text, 'alertmanager'::text, 'prometheus'::text]))),
  constraint alert_instances_status_known CHECK ((status = ANY (ARRAY['firing'::text, 'resolved'::text])))
);
CREATE INDEX alert_instances_fingerprint_idx ON public.alert_instances USING btree (fingerprint, starts_at DESC);
CREATE INDEX alert_instances_firing_idx ON public.alert_instances USING btree (org_id, alert_name) WHERE (status = 'firing'::text);
CREATE INDEX alert_instances_started_idx ON public.alert_instances USING btree (org_id, starts_at DESC);
alter table alert_instances enable row level security;
alter table alert_instances force row level security;
create policy api_own_org on alert_instances for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on alert_instances for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on alert_instances for select to spanledger_reader
  using (true);
create policy tenant_own_org on alert_instances for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant insert, select, update on table alert_instances to spanledger_api;
grant select on table alert_instances to spanledger_reader;
grant select on table alert_instances to spanledger_tenant;

create table alert_mails (
  org_id text collate "C" not null,
  delivery_digest text collate "C" not null,
  user_id text collate "C" not null,
  sent boolean not null,
  at timestamp with time zone not null,
  constraint alert_mails_pkey PRIMARY KEY (org_id, delivery_digest, user_id)
);
CREATE INDEX alert_mails_at_idx ON public.alert_mails USING btree (org_id, at);
alter table alert_mails enable row level security;
alter table alert_mails force row level security;
create policy api_own_org on alert_mails for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on alert_mails for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on alert_mails for select to spanledger_reader
  using (true);
create policy tenant_own_org on alert_mails for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant delete, insert, select, update on table alert_mails to spanledger_api;
grant select on table alert_mails to spanledger_reader;
grant select on table alert_mails to spanledger_tenant;

create table alert_notifications (
  org_id text collate "C" not null,
  fingerprint text collate "C" not null,
  starts_at timestamp with time zone not null,
  notification_id bigint not null,
  sent_at timestamp with time zone not null default now(),
  status text not null,
  receiver text not null,
  delivery_digest text not null,
  constraint alert_notifications_instance_fkey FOREIGN KEY (org_id, fingerprint, starts_at) REFERENCES alert_instances(org_id, fingerprint, starts_at) ON DELETE CASCADE,
  constraint alert_notifications_pkey PRIMARY KEY (org_id, fingerprint, starts_at, notification_id),
  constraint alert_notifications_status_known CHECK ((status = ANY (ARRAY['firing'::text, 'resolved'::text])))
);
alter table alert_notifications enable row level security;
alter table alert_notifications force row level security;
create policy api_own_org on alert_notifications for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on alert_notifications for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on alert_notifications for select to spanledger_reader
  using (true);
create policy tenant_own_org on alert_notifications for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant insert, select on table alert_notifications to spanledger_api;
grant select on table alert_notifications to spanledger_reader;
grant select on table alert_notifications to spanledger_tenant;

create table alert_rules (
  alert_name text collate "C" not null,
  severity text not null,
  runbook_url text,
  first_fired_at timestamp with time zone not null default now(),
  last_fired_at timestamp with time zone not null default now(),
  constraint alert_rules_pkey PRIMARY KEY (alert_name)
);
grant insert, select, update on table alert_rules to spanledger_api;
grant select on table alert_rules to spanledger_reader;
grant select on table alert_rules to spanledger_tenant;

create table alert_silences (
  org_id text collate "C" not null,
  silence_id text collate "C" not null,
  created_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  constraint alert_silences_pkey PRIMARY KEY (org_id, silence_id)
);
alter table alert_silences enable row level security;
alter table alert_silences force row level security;
create policy api_own_org on alert_silences for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on alert_silences for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on alert_silences for select to spanledger_reader
  using (true);
create policy tenant_own_org on alert_silences for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant insert, select, update on table alert_silences to spanledger_api;
grant select on table alert_silences to spanledger_reader;
grant select on table alert_silences to spanledger_tenant;

create table api_keys (
  org_id text collate "C" not null,
  key_sha256 text collate "C" not null,
  name text collate "C" not null,
  role text not null default 'member'::text,
  created_by text not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint api_keys_name_form CHECK ((name ~ '^[A-Za-z0-9._:@-]{1,64}$'::text)),
  constraint api_keys_name_key UNIQUE (org_id, name),
  constraint api_keys_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisations(org_id) ON DELETE CASCADE,
  constraint api_keys_pkey PRIMARY KEY (key_sha256),
  constraint api_keys_role_known CHECK ((role = ANY (ARRAY['member'::text, 'admin'::text]))),
  constraint api_keys_sha256_form CHECK ((key_sha256 ~ '^[0-9a-f]{64}$'::text))
);
alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy api_own_org on api_keys for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on api_keys for all to spanledger_owner
  using (true)
  with check (true);
grant delete, insert, select, update on table api_keys to spanledger_api;

create table budget_crossings (
  org_id text collate "C" not null,
  scope text not null,
  scope_id text collate "C" not null,
  period text not null,
  period_start timestamp with time zone not null,
  amount_usd numeric not null,
  threshold integer not null,
  used_usd numeric not null,
  crossed_at timestamp with time zone not null default now(),
  constraint budget_crossings_pkey PRIMARY KEY (org_id, period_start, period, scope, scope_id, amount_usd, threshold)
);
alter table budget_crossings enable row level security;
alter table budget_crossings force row level security;
create policy api_own_org on budget_crossings for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on budget_crossings for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on budget_crossings for select to spanledger_reader
  using (true);
create policy tenant_own_org on budget_crossings for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant insert, select on table budget_crossings to spanledger_api;
grant select on table budget_crossings to spanledger_reader;
grant select on table budget_crossings to spanledger_tenant;

create table budgets (
  budget_id uuid not null default gen_random_uuid(),
  org_id text collate "C" not null,
  scope text not null,
  scope_id text collate "C" not null,
  period text not null,
  amount_usd numeric not null,
  thresholds integer[] not null,
  created_by text not null default SESSION_USER,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint budgets_amount_positive CHECK (((amount_usd > (0)::numeric) AND (amount_usd < '1000000000000'::numeric) AND (scale(amount_usd) <= 12))),
  constraint budgets_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisations(org_id) ON DELETE CASCADE,
  constraint budgets_organisation_scope CHECK (((scope <> 'organisation'::text) OR (scope_id = org_id))),
  constraint budgets_period_known CHECK ((period = ANY (ARRAY['day'::text, 'week'::text, 'month'::text]))),
  constraint budgets_pkey PRIMARY KEY (budget_id),
  constraint budgets_scope_known CHECK ((scope = ANY (ARRAY['organisation'::text, 'deal'::text, 'department'::text, 'agent'::text]))),
  constraint budgets_scope_period_key UNIQUE (org_id, scope, scope_id, period),
  constraint budgets_thresholds_form CHECK (is_threshold_list(thresholds))
);
alter table budgets enable row level security;
alter table budgets force row level security;
create policy api_own_org on budgets for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on budgets for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on budgets for select to spanledger_reader
  using (true);
create policy tenant_own_org on budgets for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
CREATE TRIGGER check_budget BEFORE INSERT OR UPDATE ON public.budgets FOR EACH ROW EXECUTE FUNCTION check_budget();
grant delete, insert, select, update on table budgets to spanledger_api;
grant select on table budgets to spanledger_reader;
grant select on table budgets to spanledger_tenant;

create table cache_metrics (
  org_id text collate "C" not null,
  trace_id text collate "C" not null,
  span_id text collate "C" not null,
  created_at timestamp with time zone not null,
  deal_id text collate "C" not null default ''::text,
  feature text collate "C" not null default ''::text,
  environment text collate "C" not null default ''::text,
  cache_name text not null default ''::text,
  operation text collate "C" not null default 'get'::text,
  hit boolean,
  size_bytes bigint,
  duration_ms double precision not null,
  saved_usd numeric,
  recorded_at timestamp with time zone not null default now(),
  constraint cache_metrics_pkey PRIMARY KEY (org_id, trace_id, span_id, created_at)
) partition by RANGE (created_at);
CREATE INDEX cache_metrics_org_time_idx ON ONLY public.cache_metrics USING btree (org_id, created_at);
alter table cache_metrics enable row level security;
alter table cache_metrics force row level security;
create policy api_own_org on cache_metrics for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on cache_metrics for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on cache_metrics for select to spanledger_reader
  using (true);
create policy tenant_own_org on cache_metrics for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant select on table cache_metrics to spanledger_api;
grant select on table cache_metrics to spanledger_reader;
grant select on table cache_metrics to spanledger_tenant;
grant insert on table cache_metrics to spanledger_writer;
grant select (org_id, trace_id, span_id, created_at) on table cache_metrics to spanledger_writer;

create table deals (
  org_id text collate "C" not null,
  deal_id text collate "C" not null,
  name text not null,
  created_at timestamp with time zone not null default now(),
  constraint deals_deal_id_form CHECK ((deal_id ~ '^[A-Za-z0-9._:@-]{1,128}$'::text)),
  constraint deals_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisations(org_id) ON DELETE CASCADE,
  constraint deals_pkey PRIMARY KEY (org_id, deal_id)
);
alter table deals enable row level security;
alter table deals force row level security;
create policy api_own_org on deals for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on deals for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on deals for select to spanledger_reader
  using (true);
create policy tenant_own_org on deals for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant delete, insert, select, update on table deals to spanledger_api;
grant select on table deals to spanledger_reader;
grant select on table deals to spanledger_tenant;

create table demo_data_runs (
  org_id text collate "C" not null,
  seed bigint not null,
  days integer not null,
  traces integer not null,
  until_time timestamp with time zone not null,
  hours_done integer not null default 0,
  started_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  constraint demo_data_runs_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisations(org_id) ON DELETE CASCADE,
  constraint demo_data_runs_pkey PRIMARY KEY (org_id)
);
alter table demo_data_runs enable row level security;
alter table demo_data_runs force row level security;
create policy api_own_org on demo_data_runs for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on demo_data_runs for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on demo_data_runs for select to spanledger_reader
  using (true);
create policy tenant_own_org on demo_data_runs for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant select on table demo_data_runs to spanledger_api;
grant select on table demo_data_runs to spanledger_reader;
grant select on table demo_data_runs to spanledger_tenant;

create table departments (
  org_id text collate "C" not null,
  department text collate "C" not null,
  owner text not null default ''::text,
  budget_usd_month numeric,
  created_at timestamp with time zone not null default now(),
  constraint departments_budget_not_negative CHECK ((budget_usd_month >= (0)::numeric)),
  constraint departments_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisations(org_id) ON DELETE CASCADE,
  constraint departments_pkey PRIMARY KEY (org_id, department)
);
alter table departments enable row level security;
alter table departments force row level security;
create policy api_own_org on departments for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on departments for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on departments for select to spanledger_reader
  using (true);
create policy tenant_own_org on departments for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant delete, insert, select, update on table departments to spanledger_api;
grant select on table departments to spanledger_reader;
grant select on table departments to spanledger_tenant;

create table dropped_partitions (
  table_name name not null,
  from_time timestamp with time zone not null,
  to_time timestamp with time zone not null,
  dropped_at timestamp with time zone not null default now(),
  constraint dropped_partitions_pkey PRIMARY KEY (table_name, from_time)
);
grant select on table dropped_partitions to spanledger_api;
grant select on table dropped_partitions to spanledger_reader;
grant select on table dropped_partitions to spanledger_writer;

create table environments (
  org_id text collate "C" not null,
  environment text collate "C" not null,
  description text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  constraint environments_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisations(org_id) ON DELETE CASCADE,
  constraint environments_pkey PRIMARY KEY (org_id, environment)
);
alter table environments enable row level security;
alter table environments force row level security;
create policy api_own_org on environments for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on environments for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on environments for select to spanledger_reader
  using (true);
create policy tenant_own_org on environments for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant delete, insert, select, update on table environments to spanledger_api;
grant select on table environments to spanledger_reader;
grant select on table environments to spanledger_tenant;

create table feature_usage (
  org_id text collate "C" not null,
  trace_id text collate "C" not null,
  span_id text collate "C" not null,
  created_at timestamp with time zone not null,
  deal_id text collate "C" not null default ''::text,
  user_id text collate "C" not null default ''::text,
  session_id text collate "C" not null default ''::text,
  feature_name text collate "C" not null,
  status text not null,
  duration_ms double precision not null,
  error_message text not null default ''::text,
  metadata jsonb not null default '{}'::jsonb,
  department text collate "C" not null default ''::text,
  agent_id text collate "C" not null default ''::text,
  environment text collate "C" not null default ''::text,
  version text collate "C" not null default ''::text,
  intent text collate "C" not null default ''::text,
  segment text collate "C" not null default ''::text,
  recorded_at timestamp with time zone not null default now(),
  constraint feature_usage_pkey PRIMARY KEY (org_id, trace_id, span_id, created_at),
  constraint feature_usage_status_known CHECK ((status = ANY (ARRAY['success'::text, 'error'::text, 'timeout'::text, 'rate_limited'::text, 'degraded'::text])))
) partition by RANGE (created_at);
CREATE INDEX feature_usage_deal_time_idx ON ONLY public.feature_usage USING btree (org_id, deal_id, created_at);
CREATE INDEX feature_usage_errors_idx ON ONLY public.feature_usage USING btree (org_id, created_at) WHERE (status <> 'success'::text);
CREATE INDEX feature_usage_org_time_idx ON ONLY public.feature_usage USING btree (org_id, created_at);
alter table feature_usage enable row level security;
alter table feature_usage force row level security;
create policy api_own_org on feature_usage for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on feature_usage for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on feature_usage for select to spanledger_reader
  using (true);
create policy tenant_own_org on feature_usage for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant select on table feature_usage to spanledger_api;
grant select on table feature_usage to spanledger_reader;
grant select on table feature_usage to spanledger_tenant;
grant insert on table feature_usage to spanledger_writer;
grant select (org_id, trace_id, span_id, created_at) on table feature_usage to spanledger_writer;

create table llm_usage (
  org_id text collate "C" not null,
  trace_id text collate "C" not null,
  span_id text collate "C" not null,
  created_at timestamp with time zone not null,
  revision integer not null default 0,
  line_kind text not null default 'call'::text,
  deal_id text collate "C" not null default ''::text,
  user_id text collate "C" not null default ''::text,
  session_id text collate "C" not null default ''::text,
  provider text collate "C" not null default ''::text,
  model text collate "C" not null default ''::text,
  request_model text collate "C" not null default ''::text,
  operation text collate "C" not null default ''::text,
  feature text collate "C" not null default ''::text,
  department text collate "C" not null default ''::text,
  agent_id text collate "C" not null default ''::text,
  environment text collate "C" not null default ''::text,
  version text collate "C" not null default ''::text,
  intent text collate "C" not null default ''::text,
  segment text collate "C" not null default ''::text,
  service_name text collate "C" not null default ''::text,
  input_tokens integer not null default 0,
  output_tokens integer not null default 0,
  cache_read_tokens integer not null default 0,
  cache_write_tokens integer not null default 0,
  reasoning_tokens integer not null default 0,
  calls smallint not null,
  unpriced_calls smallint not null default 0,
  cost_usd numeric,
  price_status text not null,
  price_version bigint,
  latency_ms integer,
  time_to_first_token_ms integer,
  status text not null default 'success'::text,
  error_class text not null default ''::text,
  finish_reason text not null default ''::text,
  certainty text not null default 'measured'::text,
  recognised_by text not null default ''::text,
  duplicate_of text collate "C" not null default ''::text,
  recorded_at timestamp with time zone not null default now(),
  constraint llm_usage_certainty_known CHECK ((certainty = ANY (ARRAY['measured'::text, 'estimated'::text, 'partial'::text]))),
  constraint llm_usage_line_kind_calls CHECK ((calls =
CASE line_kind
    WHEN 'call'::text THEN 1
    WHEN 'correction'::text THEN 1
    WHEN 'reversal'::text THEN '-1'::integer
    WHEN 'price_adjustment'::text THEN 0
    ELSE NULL::integer
END)),
  constraint llm_usage_pkey PRIMARY KEY (org_id, trace_id, span_id, created_at, revision),
  constraint llm_usage_price_status_known CHECK ((price_status = ANY (ARRAY['priced'::text, 'unpriced'::text]))),
  constraint llm_usage_priced_has_cost CHECK (((line_kind = 'price_adjustment'::text) OR ((price_status = 'priced'::text) = (cost_usd IS NOT NULL)))),
  constraint llm_usage_status_known CHECK ((status = ANY (ARRAY['success'::text, 'error'::text, 'timeout'::text, 'rate_limited'::text]))),
  constraint llm_usage_unpriced_counted CHECK (((line_kind = 'price_adjustment'::text) OR (unpriced_calls =
CASE price_status
    WHEN 'unpriced'::text THEN (calls)::integer
    ELSE 0
END)))
) partition by RANGE (created_at);
CREATE INDEX llm_usage_deal_time_idx ON ONLY public.llm_usage USING btree (org_id, deal_id, created_at);
CREATE INDEX llm_usage_org_time_idx ON ONLY public.llm_usage USING btree (org_id, created_at);
CREATE INDEX llm_usage_unpriced_idx ON ONLY public.llm_usage USING btree (provider, model, created_at) WHERE (price_status = 'unpriced'::text);
alter table llm_usage enable row level security;
alter table llm_usage force row level security;
create policy api_own_org on llm_usage for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on llm_usage for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on llm_usage for select to spanledger_reader
  using (true);
create policy tenant_own_org on llm_usage for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
CREATE TRIGGER roll_up AFTER INSERT ON public.llm_usage REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION roll_up_llm_usage();
grant select on table llm_usage to spanledger_api;
grant select on table llm_usage to spanledger_reader;
grant select on table llm_usage to spanledger_tenant;
grant insert on table llm_usage to spanledger_writer;
grant select (org_id, trace_id, span_id, created_at, revision) on table llm_usage to spanledger_writer;

create table members (
  org_id text collate "C" not null,
  user_id text collate "C" not null,
  role text not null default 'member'::text,
  created_at timestamp with time zone not null default now(),
  constraint members_org_id_fkey FOREIGN KEY (org_id) REFERENCES organisations(org_id) ON DELETE CASCADE,
  constraint members_pkey PRIMARY KEY (org_id, user_id),
  constraint members_role_known CHECK ((role = ANY (ARRAY['member'::text, 'admin'::text, 'superadmin'::text])))
);
CREATE INDEX members_user_id_idx ON public.members USING btree (user_id);
alter table members enable row level security;
alter table members force row level security;
create policy api_own_org on members for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on members for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on members for select to spanledger_reader
  using (true);
create policy tenant_own_org on members for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant delete, insert, select, update on table members to spanledger_api;
grant select on table members to spanledger_reader;
grant select on table members to spanledger_tenant;

create table model_prices (
  price_version bigint not null,
  provider text collate "C" not null,
  model_pattern text collate "C" not null,
  token_class text not null,
  above_input_tokens integer not null default 0,
  usd_per_million numeric,
  valid_from timestamp with time zone not null default '-infinity'::timestamp with time zone,
  valid_to timestamp with time zone not null default 'infinity'::timestamp with time zone,
  daily_from time without time zone,
  daily_to time without time zone,
  source text not null default 'override'::text,
  rank integer not null default 0,
  recorded_at timestamp with time zone not null default now(),
  note text not null default ''::text,
  constraint model_prices_finite CHECK ((usd_per_million < 'Infinity'::numeric)),
  constraint model_prices_not_negative CHECK ((usd_per_million >= (0)::numeric)),
  constraint model_prices_pattern_readable CHECK (is_model_pattern(model_pattern)),
  constraint model_prices_pkey PRIMARY KEY (price_version, token_class, above_input_tokens),
  constraint model_prices_provider_named CHECK ((provider <> ''::text)),
  constraint model_prices_source_known CHECK ((source = ANY (ARRAY['override'::text, 'default'::text, 'catalogue'::text]))),
  constraint model_prices_token_class_known CHECK ((token_class = ANY (ARRAY['input'::text, 'output'::text, 'cache_read'::text, 'cache_write'::text, 'reasoning'::text, 'request'::text]))),
  constraint model_prices_validity_ordered CHECK ((valid_from < valid_to)),
  constraint model_prices_whole_pico CHECK ((scale(usd_per_million) <= 6))
);
CREATE INDEX model_prices_recorded_idx ON public.model_prices USING btree (recorded_at);
grant insert, select on table model_prices to spanledger_api;
grant select on table model_prices to spanledger_reader;
grant select on table model_prices to spanledger_tenant;
grant select on table model_prices to spanledger_writer;

create table organisations (
  org_id text collate "C" not null,
  name text not null,
  created_at timestamp with time zone not null default now(),
  constraint organisations_org_id_form CHECK ((org_id ~ '^[A-Za-z0-9._:@-]{1,128}$'::text)),
  constraint organisations_pkey PRIMARY KEY (org_id)
);
alter table organisations enable row level security;
alter table organisations force row level security;
create policy api_own_org on organisations for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on organisations for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on organisations for select to spanledger_reader
  using (true);
create policy tenant_own_org on organisations for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant insert, select, update on table organisations to spanledger_api;
grant select on table organisations to spanledger_reader;
grant select on table organisations to spanledger_tenant;

create table rag_metrics (
  org_id text collate "C" not null,
  trace_id text collate "C" not null,
  span_id text collate "C" not null,
  created_at timestamp with time zone not null,
  deal_id text collate "C" not null default ''::text,
  feature text collate "C" not null default ''::text,
  agent_id text collate "C" not null default ''::text,
  environment text collate "C" not null default ''::text,
  version text collate "C" not null default ''::text,
  step text not null,
  provider text collate "C" not null default ''::text,
  mode text not null default ''::text,
  duration_ms double precision not null,
  status text not null default 'success'::text,
  query_characters integer,
  chunks_retrieved integer,
  chunks_used integer,
  top_score double precision,
  average_score double precision,
  score_threshold double precision,
  cache_hit boolean,
  error_message text not null default ''::text,
  recorded_at timestamp with time zone not null default now(),
  constraint rag_metrics_pkey PRIMARY KEY (org_id, trace_id, span_id, created_at)
) partition by RANGE (created_at);
CREATE INDEX rag_metrics_org_time_idx ON ONLY public.rag_metrics USING btree (org_id, created_at);
alter table rag_metrics enable row level security;
alter table rag_metrics force row level security;
create policy api_own_org on rag_metrics for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on rag_metrics for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on rag_metrics for select to spanledger_reader
  using (true);
create policy tenant_own_org on rag_metrics for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant select on table rag_metrics to spanledger_api;
grant select on table rag_metrics to spanledger_reader;
grant select on table rag_metrics to spanledger_tenant;
grant insert on table rag_metrics to spanledger_writer;
grant select (org_id, trace_id, span_id, created_at) on table rag_metrics to spanledger_writer;

create table request_metrics (
  org_id text collate "C" not null,
  trace_id text collate "C" not null,
  span_id text collate "C" not null,
  created_at timestamp with time zone not null,
  deal_id text collate "C" not null default ''::text,
  user_id text collate "C" not null default ''::text,
  service_name text collate "C" not null default ''::text,
  method text not null default ''::text,
  route text not null default ''::text,
  status_code integer,
  duration_ms double precision not null,
  error_class text not null default ''::text,
  request_bytes bigint,
  response_bytes bigint,
  environment text collate "C" not null default ''::text,
  version text collate "C" not null default ''::text,
  recorded_at timestamp with time zone not null default now(),
  constraint request_metrics_pkey PRIMARY KEY (org_id, trace_id, span_id, created_at)
) partition by RANGE (created_at);
CREATE INDEX request_metrics_org_time_idx ON ONLY public.request_metrics USING btree (org_id, created_at);
alter table request_metrics enable row level security;
alter table request_metrics force row level security;
create policy api_own_org on request_metrics for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on request_metrics for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on request_metrics for select to spanledger_reader
  using (true);
create policy tenant_own_org on request_metrics for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant select on table request_metrics to spanledger_api;
grant select on table request_metrics to spanledger_reader;
grant select on table request_metrics to spanledger_tenant;
grant insert on table request_metrics to spanledger_writer;
grant select (org_id, trace_id, span_id, created_at) on table request_metrics to spanledger_writer;

create table response_traces (
  org_id text collate "C" not null,
  day date not null,
  response_hash bigint not null,
  trace_id uuid not null,
  constraint response_traces_pkey PRIMARY KEY (org_id, day, response_hash)
) partition by RANGE (day);
alter table response_traces enable row level security;
alter table response_traces force row level security;
create policy api_own_org on response_traces for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on response_traces for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on response_traces for select to spanledger_reader
  using (true);
create policy tenant_own_org on response_traces for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant select on table response_traces to spanledger_api;
grant select on table response_traces to spanledger_reader;
grant select on table response_traces to spanledger_tenant;

create table split_days (
  org_id text collate "C" not null,
  day date not null,
  constraint split_days_pkey PRIMARY KEY (org_id, day)
);
alter table split_days enable row level security;
alter table split_days force row level security;
create policy api_own_org on split_days for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on split_days for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on split_days for select to spanledger_reader
  using (true);
create policy tenant_own_org on split_days for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant select on table split_days to spanledger_api;
grant select on table split_days to spanledger_reader;
grant select on table split_days to spanledger_tenant;

create table split_responses (
  org_id text collate "C" not null,
  day date not null,
  response_hash bigint not null,
  trace_id uuid not null,
  constraint split_responses_pkey PRIMARY KEY (org_id, trace_id, response_hash, day)
) partition by RANGE (day);
CREATE INDEX split_responses_response_idx ON ONLY public.split_responses USING btree (org_id, response_hash, day);
alter table split_responses enable row level security;
alter table split_responses force row level security;
create policy api_own_org on split_responses for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on split_responses for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on split_responses for select to spanledger_reader
  using (true);
create policy tenant_own_org on split_responses for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant select on table split_responses to spanledger_api;
grant select on table split_responses to spanledger_reader;
grant select on table split_responses to spanledger_tenant;

create table storage_settings (
  table_name name not null,
  partition_days integer not null,
  keep_days integer not null,
  constraint storage_settings_keep_days_positive CHECK ((keep_days > 0)),
  constraint storage_settings_partition_days_known CHECK ((partition_days = ANY (ARRAY[1, 7]))),
  constraint storage_settings_pkey PRIMARY KEY (table_name)
);
grant select on table storage_settings to spanledger_api;
grant select on table storage_settings to spanledger_reader;
grant select on table storage_settings to spanledger_writer;

create table structured_logs (
  org_id text collate "C" not null,
  "time" timestamp with time zone not null,
  log_id uuid not null,
  level text not null default ''::text,
  severity_number smallint not null default 0,
  body text not null default ''::text,
  trace_id text collate "C" not null default ''::text,
  span_id text collate "C" not null default ''::text,
  deal_id text collate "C" not null default ''::text,
  user_id text collate "C" not null default ''::text,
  session_id text collate "C" not null default ''::text,
  feature text collate "C" not null default ''::text,
  service_name text collate "C" not null default ''::text,
  scope_name text not null default ''::text,
  environment text collate "C" not null default ''::text,
  event_name text not null default ''::text,
  attributes json,
  resource json,
  received_at timestamp with time zone not null default now(),
  constraint structured_logs_pkey PRIMARY KEY (org_id, "time", log_id)
) partition by RANGE ("time");
CREATE INDEX structured_logs_errors_idx ON ONLY public.structured_logs USING btree (org_id, "time") WHERE (severity_number >= 17);
CREATE INDEX structured_logs_trace_idx ON ONLY public.structured_logs USING btree (org_id, trace_id) WHERE (trace_id <> ''::text);
CREATE INDEX structured_logs_user_idx ON ONLY public.structured_logs USING btree (org_id, user_id, "time") WHERE (user_id <> ''::text);
alter table structured_logs enable row level security;
alter table structured_logs force row level security;
create policy api_own_org on structured_logs for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on structured_logs for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on structured_logs for select to spanledger_reader
  using (true);
create policy tenant_own_org on structured_logs for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant select on table structured_logs to spanledger_api;
grant select on table structured_logs to spanledger_reader;
grant select on table structured_logs to spanledger_tenant;
grant insert on table structured_logs to spanledger_writer;
grant select (org_id, time, log_id) on table structured_logs to spanledger_writer;

create table system_metrics (
  org_id text collate "C" not null,
  created_at timestamp with time zone not null,
  record_id uuid not null,
  service_name text collate "C" not null default ''::text,
  host_name text not null default ''::text,
  metric text not null,
  value double precision not null,
  unit text not null default ''::text,
  attributes json,
  recorded_at timestamp with time zone not null default now(),
  constraint system_metrics_pkey PRIMARY KEY (org_id, created_at, record_id)
) partition by RANGE (created_at);
CREATE INDEX system_metrics_metric_idx ON ONLY public.system_metrics USING btree (org_id, metric, created_at);
alter table system_metrics enable row level security;
alter table system_metrics force row level security;
create policy api_own_org on system_metrics for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on system_metrics for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on system_metrics for select to spanledger_reader
  using (true);
create policy tenant_own_org on system_metrics for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant select on table system_metrics to spanledger_api;
grant select on table system_metrics to spanledger_reader;
grant select on table system_metrics to spanledger_tenant;
grant insert on table system_metrics to spanledger_writer;
grant select (org_id, created_at, record_id) on table system_metrics to spanledger_writer;

create table tenant_readers (
  role_name name not null,
  org_id text collate "C" not null,
  created_at timestamp with time zone not null default now(),
  constraint tenant_readers_pkey PRIMARY KEY (role_name)
);
alter table tenant_readers enable row level security;
alter table tenant_readers force row level security;
create policy owner_all on tenant_readers for all to spanledger_owner
  using (true)
  with check (true);

create table trace_parts (
  org_id text collate "C" not null,
  trace_id text collate "C" not null,
  day date not null,
  start_time timestamp with time zone not null,
  end_time timestamp with time zone not null,
  span_count bigint not null,
  error_count bigint not null,
  root_span_id text collate "C" not null default ''::text,
  root_start_time timestamp with time zone,
  root_name text not null default ''::text,
  root_service text not null default ''::text,
  root_status_code smallint not null default 0,
  deal_id text collate "C" not null default ''::text,
  user_id text collate "C" not null default ''::text,
  session_id text collate "C" not null default ''::text,
  feature text collate "C" not null default ''::text,
  department text collate "C" not null default ''::text,
  agent_id text collate "C" not null default ''::text,
  environment text collate "C" not null default ''::text,
  version text collate "C" not null default ''::text,
  constraint trace_parts_pkey PRIMARY KEY (org_id, trace_id, day)
) partition by RANGE (day);
CREATE INDEX trace_parts_org_time_idx ON ONLY public.trace_parts USING btree (org_id, start_time);
alter table trace_parts enable row level security;
alter table trace_parts force row level security;
create policy api_own_org on trace_parts for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on trace_parts for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on trace_parts for select to spanledger_reader
  using (true);
create policy tenant_own_org on trace_parts for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant select on table trace_parts to spanledger_api;
grant select on table trace_parts to spanledger_reader;
grant select on table trace_parts to spanledger_tenant;

create table trace_spans (
  org_id text collate "C" not null,
  trace_id text collate "C" not null,
  span_id text collate "C" not null,
  start_time timestamp with time zone not null,
  start_nanos smallint not null default 0,
  duration_ns bigint not null,
  parent_span_id text collate "C" not null default ''::text,
  name text not null,
  kind smallint not null default 0,
  status_code smallint not null default 0,
  status_message text not null default ''::text,
  service_name text collate "C" not null default ''::text,
  deal_id text collate "C" not null default ''::text,
  user_id text collate "C" not null default ''::text,
  session_id text collate "C" not null default ''::text,
  feature text collate "C" not null default ''::text,
  department text collate "C" not null default ''::text,
  agent_id text collate "C" not null default ''::text,
  environment text collate "C" not null default ''::text,
  version text collate "C" not null default ''::text,
  intent text collate "C" not null default ''::text,
  segment text collate "C" not null default ''::text,
  scope_name text not null default ''::text,
  scope_version text not null default ''::text,
  attributes json,
  resource json,
  events json,
  links json,
  call json,
  content_hash bigint not null default 0,
  received_at timestamp with time zone not null default now(),
  constraint trace_spans_pkey PRIMARY KEY (org_id, trace_id, span_id, start_time)
) partition by RANGE (start_time);
CREATE INDEX trace_spans_errors_idx ON ONLY public.trace_spans USING btree (org_id, start_time) WHERE (status_code = 2);
CREATE INDEX trace_spans_org_time_idx ON ONLY public.trace_spans USING btree (org_id, start_time);
alter table trace_spans enable row level security;
alter table trace_spans force row level security;
create policy api_own_org on trace_spans for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on trace_spans for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on trace_spans for select to spanledger_reader
  using (true);
create policy tenant_own_org on trace_spans for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
CREATE TRIGGER roll_up AFTER INSERT ON public.trace_spans REFERENCING NEW TABLE AS new_spans FOR EACH STATEMENT EXECUTE FUNCTION roll_up_trace_spans();
grant select on table trace_spans to spanledger_api;
grant select on table trace_spans to spanledger_reader;
grant select on table trace_spans to spanledger_tenant;
grant insert on table trace_spans to spanledger_writer;
grant select (org_id, trace_id, span_id, start_time, content_hash) on table trace_spans to spanledger_writer;

create table usage_daily (
  org_id text collate "C" not null,
  day date not null,
  dims_hash bytea not null,
  deal_id text collate "C" not null default ''::text,
  feature text collate "C" not null default ''::text,
  provider text collate "C" not null default ''::text,
  model text collate "C" not null default ''::text,
  operation text collate "C" not null default ''::text,
  agent_id text collate "C" not null default ''::text,
  department text collate "C" not null default ''::text,
  environment text collate "C" not null default ''::text,
  version text collate "C" not null default ''::text,
  intent text collate "C" not null default ''::text,
  segment text collate "C" not null default ''::text,
  calls bigint not null default 0,
  errors bigint not null default 0,
  timeouts bigint not null default 0,
  rate_limited bigint not null default 0,
  unpriced_calls bigint not null default 0,
  estimated_calls bigint not null default 0,
  late_calls bigint not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cache_read_tokens bigint not null default 0,
  cache_write_tokens bigint not null default 0,
  reasoning_tokens bigint not null default 0,
  cost_usd numeric not null default 0,
  latency_ms_sum bigint not null default 0,
  latency_histogram bigint[] not null default '{}'::bigint[],
  first_token_histogram bigint[] not null default '{}'::bigint[],
  constraint usage_daily_pkey PRIMARY KEY (org_id, day, dims_hash)
) with (fillfactor=70);
alter table usage_daily enable row level security;
alter table usage_daily force row level security;
create policy api_own_org on usage_daily for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on usage_daily for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on usage_daily for select to spanledger_reader
  using (true);
create policy tenant_own_org on usage_daily for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant select on table usage_daily to spanledger_api;
grant select on table usage_daily to spanledger_reader;
grant select on table usage_daily to spanledger_tenant;

create table usage_hourly (
  org_id text collate "C" not null,
  hour timestamp with time zone not null,
  dims_hash bytea not null,
  feature text collate "C" not null default ''::text,
  provider text collate "C" not null default ''::text,
  model text collate "C" not null default ''::text,
  agent_id text collate "C" not null default ''::text,
  department text collate "C" not null default ''::text,
  environment text collate "C" not null default ''::text,
  version text collate "C" not null default ''::text,
  calls bigint not null default 0,
  errors bigint not null default 0,
  timeouts bigint not null default 0,
  rate_limited bigint not null default 0,
  unpriced_calls bigint not null default 0,
  estimated_calls bigint not null default 0,
  late_calls bigint not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cache_read_tokens bigint not null default 0,
  cache_write_tokens bigint not null default 0,
  reasoning_tokens bigint not null default 0,
  cost_usd numeric not null default 0,
  latency_ms_sum bigint not null default 0,
  latency_histogram bigint[] not null default '{}'::bigint[],
  first_token_histogram bigint[] not null default '{}'::bigint[],
  constraint usage_hourly_pkey PRIMARY KEY (org_id, hour, dims_hash)
) with (fillfactor=70);
alter table usage_hourly enable row level security;
alter table usage_hourly force row level security;
create policy api_own_org on usage_hourly for all to spanledger_api
  using ((org_id = ( SELECT current_org() AS current_org)))
  with check ((org_id = ( SELECT current_org() AS current_org)));
create policy owner_all on usage_hourly for all to spanledger_owner
  using (true)
  with check (true);
create policy reader_all on usage_hourly for select to spanledger_reader
  using (true);
create policy tenant_own_org on usage_hourly for select to spanledger_tenant
  using ((org_id = ( SELECT reader_org() AS reader_org)));
grant select on table usage_hourly to spanledger_api;
grant select on table usage_hourly to spanledger_reader;
grant select on table usage_hourly to spanledger_tenant;

create table writer_tokens (
  token_sha256 bytea not null,
  name text not null,
  org_ids text[],
  created_at timestamp with time zone not null default now(),
  revoked_at timestamp with time zone,
  constraint writer_tokens_name_key UNIQUE (name),
  constraint writer_tokens_pkey PRIMARY KEY (token_sha256),
  constraint writer_tokens_sha256_length CHECK ((octet_length(token_sha256) = 32))
);
grant select on table writer_tokens to spanledger_writer;

create view distributed_traces with (security_invoker=true) as
 SELECT org_id,
    trace_id,
    min(start_time) AS start_time,
    max(end_time) AS end_time,
    round((EXTRACT(epoch FROM (max(end_time) - min(start_time))) * (1000)::numeric), 3) AS duration_ms,
    COALESCE((array_agg(root_span_id ORDER BY root_start_time) FILTER (WHERE (root_span_id <> ''::text)))[1], ''::text) AS root_span_id,
    COALESCE((array_agg(root_name ORDER BY root_start_time) FILTER (WHERE (root_span_id <> ''::text)))[1], ''::text) AS root_name,
    COALESCE((array_agg(root_service ORDER BY root_start_time) FILTER (WHERE (root_span_id <> ''::text)))[1], ''::text) AS root_service,
    COALESCE((array_agg(root_status_code ORDER BY root_start_time) FILTER (WHERE (root_span_id <> ''::text)))[1], (0)::smallint) AS root_status_code,
    (sum(span_count))::bigint AS span_count,
    (sum(error_count))::bigint AS error_count,
    max(deal_id) AS deal_id,
    max(user_id) AS user_id,
    max(session_id) AS session_id,
    max(feature) AS feature,
    max(department) AS department,
    max(agent_id) AS agent_id,
    max(environment) AS environment,
    max(version) AS version
   FROM trace_parts
  GROUP BY org_id, trace_id;
grant select on table distributed_traces to spanledger_api;
grant select on table distributed_traces to spanledger_reader;
grant select on table distributed_traces to spanledger_tenant;

create view effective_budgets with (security_invoker=true) as
 SELECT budgets.budget_id,
    budgets.org_id,
    budgets.scope,
    budgets.scope_id,
    budgets.period,
    budgets.amount_usd,
    budgets.thresholds,
    budgets.created_by,
    budgets.created_at,
    budgets.updated_at
   FROM budgets
UNION ALL
 SELECT NULL::uuid AS budget_id,
    d.org_id,
    'department'::text AS scope,
    d.department AS scope_id,
    'month'::text AS period,
    d.budget_usd_month AS amount_usd,
    ARRAY[50, 80, 100] AS thresholds,
    'departments'::text AS created_by,
    d.created_at,
    d.created_at AS updated_at
   FROM departments d
  WHERE ((d.budget_usd_month > (0)::numeric) AND (NOT (EXISTS ( SELECT
           FROM budgets b
          WHERE ((b.org_id = d.org_id) AND (b.scope = 'department'::text) AND (b.scope_id = d.department) AND (b.period = 'month'::text))))));
grant select on table effective_budgets to spanledger_api;
grant select on table effective_budgets to spanledger_reader;
grant select on table effective_budgets to spanledger_tenant;

create view partition_leaves with (security_invoker=true) as
 SELECT parent.relname AS table_name,
    leaf.relname AS leaf_name,
    ((to_date("right"((leaf.relname)::text, 8), 'YYYYMMDD'::text))::timestamp without time zone AT TIME ZONE 'UTC'::text) AS from_time,
    (((to_date("right"((leaf.relname)::text, 8), 'YYYYMMDD'::text) + settings.partition_days))::timestamp without time zone AT TIME ZONE 'UTC'::text) AS to_time
   FROM ((((pg_inherits
     JOIN pg_class parent ON ((parent.oid = pg_inherits.inhparent)))
     JOIN pg_class leaf ON ((leaf.oid = pg_inherits.inhrelid)))
     JOIN pg_namespace leaf_schema ON (((leaf_schema.oid = leaf.relnamespace) AND (leaf_schema.nspname = 'partitions'::name))))
     JOIN storage_settings settings ON ((settings.table_name = parent.relname)))
  WHERE (leaf.relkind = 'r'::"char");
grant select on table partition_leaves to spanledger_api;
grant select on table partition_leaves to spanledger_reader;

CREATE OR REPLACE FUNCTION public.alert_response_times(since timestamp with time zone, until timestamp with time zone)
 RETURNS TABLE(alert_name text, severity text, fired bigint, acknowledged bigint, resolved bigint, mean_seconds_to_acknowledge numeric, mean_seconds_to_resolve numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select i.alert_name, i.severity, count(*), count(i.acknowledged_at), count(i.ends_at),
    pg_catalog.round(avg(extract(epoch from i.acknowledged_at - i.starts_at)), 3),
    pg_catalog.round(avg(extract(epoch from i.ends_at - i.starts_at)), 3)
  from public.alert_instances i
  where i.starts_at >= since and i.starts_at < until
  group by i.alert_name, i.severity
  order by i.alert_name, i.severity
$function$;
grant execute on function alert_response_times(timestamp with time zone,timestamp with time zone) to spanledger_api;
grant execute on function alert_response_times(timestamp with time zone,timestamp with time zone) to spanledger_reader;
grant execute on function alert_response_times(timestamp with time zone,timestamp with time zone) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.api_key_grant(sha256 text)
 RETURNS TABLE(org_id text, role text, name text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select k.org_id, k.role, k.name from public.api_keys k
   where k.key_sha256 = sha256 and k.revoked_at is null and (k.expires_at is null or k.expires_at > now())
$function$;
grant execute on function api_key_grant(text) to spanledger_api;

CREATE OR REPLACE FUNCTION public.budget_usage(at timestamp with time zone)
 RETURNS TABLE(budget_id uuid, org_id text, scope text, scope_id text, period text, amount_usd numeric, thresholds integer[], created_by text, created_at timestamp with time zone, updated_at timestamp with time zone, period_start timestamp with time zone, period_end timestamp with time zone, used_usd numeric, unpriced_calls bigint)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  with current_budgets as (
    select b.*, pg_catalog.date_trunc(b.period, at, 'UTC') as starts,
      (pg_catalog.date_trunc(b.period, at, 'UTC') at time zone 'UTC' + ('1 ' || b.period)::interval) at time zone 'UTC' as ends
    from public.effective_budgets b
  ),
  spent as (
    select d.org_id, d.day,
      case when grouping(d.deal_id) = 0 then 'deal' when grouping(d.department) = 0 then 'department'
        when grouping(d.agent_id) = 0 then 'agent' else 'organisation' end as scope,
      case when grouping(d.deal_id) = 0 then d.deal_id when grouping(d.department) = 0 then d.department
        when grouping(d.agent_id) = 0 then d.agent_id else d.org_id end as scope_id,
      sum(d.cost_usd) as cost_usd, sum(d.unpriced_calls) as unpriced_calls
    from public.usage_daily d
    where d.day >= (select (min(b.starts) at time zone 'UTC')::date from current_budgets b)
    group by grouping sets ((d.org_id, d.day), (d.org_id, d.day, d.deal_id), (d.org_id, d.day, d.department), (d.org_id, d.day, d.agent_id))
  )
  select b.budget_id, b.org_id, b.scope, b.scope_id, b.period, b.amount_usd, b.thresholds, b.created_by, b.created_at, b.updated_at,
    b.starts, b.ends, coalesce(sum(s.cost_usd), 0), coalesce(sum(s.unpriced_calls), 0)::bigint
  from current_budgets b
  left join spent s on s.org_id = b.org_id and s.scope = b.scope and s.scope_id = b.scope_id
    and s.day >= (b.starts at time zone 'UTC')::date and s.day < (b.ends at time zone 'UTC')::date
  group by b.budget_id, b.org_id, b.scope, b.scope_id, b.period, b.amount_usd, b.thresholds, b.created_by, b.created_at,
    b.updated_at, b.starts, b.ends
  order by b.org_id, b.scope, b.scope_id, b.period
$function$;
grant execute on function budget_usage(timestamp with time zone) to spanledger_api;
grant execute on function budget_usage(timestamp with time zone) to spanledger_reader;
grant execute on function budget_usage(timestamp with time zone) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.check_budget()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
begin
  new.updated_at := now();
  if new.scope = 'organisation' and new.scope_id is null then
    new.scope_id := new.org_id;
  end if;
  if new.thresholds is null then
    new.thresholds := case when new.period = 'month' then array[50, 80, 100] else array[80, 100] end;
  end if;
  if (new.scope = 'deal' and not exists (select from public.deals d where d.org_id = new.org_id and d.deal_id = new.scope_id))
    or (new.scope = 'department' and not exists (select from public.departments d where d.org_id = new.org_id and d.department = new.scope_id))
    or (new.scope = 'agent' and not exists (select from public.agents a where a.org_id = new.org_id and a.agent_id = new.scope_id))
  then
    raise exception 'organisation % has no % named %', new.org_id, new.scope, new.scope_id
      using errcode = 'foreign_key_violation', constraint = 'budgets_scope_exists', table = 'budgets',
        hint = 'Budgets are for registered deals, departments and agents: add it to that table first.';
  end if;
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION public.claim_day(for_org text, for_day date, most integer)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET enable_seqscan TO 'off'
 SET jit TO 'off'
AS $function$
  insert into public.split_days (org_id, day) values (for_org, for_day) on conflict do nothing;
  with seen as materialized (
    select distinct hashtextextended(s.call->>'responseId', 0) as h, s.trace_id::uuid as t
    from public.trace_spans s
    where s.org_id = for_org
      and s.start_time >= (for_day - 1)::timestamp at time zone 'UTC'
      and s.start_time < (for_day + 1)::timestamp at time zone 'UTC' + interval '2 seconds'
      and s.start_time + make_interval(secs => s.duration_ns / 1e9 + 2) >= for_day::timestamp at time zone 'UTC'
      and s.call->>'responseId' <> '' and s.trace_id ~ '^[0-9a-f]{32}$'
  ), claimed as (
    insert into public.response_traces (org_id, day, response_hash, trace_id)
    select distinct on (h) for_org, for_day, h, t from seen order by h, t
    on conflict do nothing
  )
  insert into public.split_responses (org_id, day, response_hash, trace_id)
  select for_org, for_day, h, t
  from (select h, t, row_number() over (partition by h order by t) as n, count(*) over (partition by h) as traces from seen) as shown
  where traces > 1 and n <= most + 1
  on conflict do nothing
$function$;

CREATE OR REPLACE FUNCTION public.claim_responses(org_ids text[], days date[], response_ids text[], trace_ids uuid[], most integer)
 RETURNS TABLE(org_id text, day date, response_hash bigint, trace_id uuid, other_trace_id uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET enable_seqscan TO 'off'
 SET jit TO 'off'
AS $function$
declare
  claimed integer;
begin
  insert into public.response_traces (org_id, day, response_hash, trace_id)
  select o, d, hashtextextended(r, 0) as h, t
  from unnest(org_ids, days, response_ids, trace_ids) as w (o, d, r, t) order by o collate "C", d, h, t
  on conflict do nothing;
  get diagnostics claimed = row_count;
  if claimed = cardinality(response_ids) then
    return;
  end if;
  return query
    select w.o, w.d, w.h, w.t, other.t
    from (
      select u.o, u.d, hashtextextended(u.r, 0) as h, u.t
      from unnest(org_ids, days, response_ids, trace_ids) as u (o, d, r, t)
    ) as w
    cross join lateral (
      select f.trace_id as t from public.response_traces f
      where f.org_id = w.o and f.day = w.d and f.response_hash = w.h
      union
      select s.trace_id from public.split_responses s
      where s.org_id = w.o and s.day = w.d and s.response_hash = w.h
    ) as other
    where other.t <> w.t and (
      select count(*) from public.split_responses s where s.org_id = w.o and s.day = w.d and s.response_hash = w.h
    ) <= most;
end
$function$;
grant execute on function claim_responses(text[],date[],text[],uuid[],integer) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.cost_as_known_on(known_on date, from_time timestamp with time zone DEFAULT '-infinity'::timestamp with time zone, to_time timestamp with time zone DEFAULT 'infinity'::timestamp with time zone)
 RETURNS TABLE(org_id text, calls bigint, unpriced_calls bigint, cost_usd numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select * from public.cost_as_known_on(
    (known_on + 1)::timestamp at time zone 'UTC' - interval '1 microsecond', from_time, to_time)
$function$;
grant execute on function cost_as_known_on(date,timestamp with time zone,timestamp with time zone) to spanledger_api;
grant execute on function cost_as_known_on(date,timestamp with time zone,timestamp with time zone) to spanledger_reader;
grant execute on function cost_as_known_on(date,timestamp with time zone,timestamp with time zone) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.cost_as_known_on(known_on text, from_time timestamp with time zone DEFAULT '-infinity'::timestamp with time zone, to_time timestamp with time zone DEFAULT 'infinity'::timestamp with time zone)
 RETURNS TABLE(org_id text, calls bigint, unpriced_calls bigint, cost_usd numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select * from public.cost_as_known_on(
    case when known_on ~ '^\s*\d{4}-\d\d?-\d\d?\s*$'
      then (known_on::date + 1)::timestamp at time zone 'UTC' - interval '1 microsecond'
      else known_on::timestamptz end,
    from_time, to_time)
$function$;
grant execute on function cost_as_known_on(text,timestamp with time zone,timestamp with time zone) to spanledger_api;
grant execute on function cost_as_known_on(text,timestamp with time zone,timestamp with time zone) to spanledger_reader;
grant execute on function cost_as_known_on(text,timestamp with time zone,timestamp with time zone) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.cost_as_known_on(known_on timestamp with time zone, from_time timestamp with time zone DEFAULT '-infinity'::timestamp with time zone, to_time timestamp with time zone DEFAULT 'infinity'::timestamp with time zone)
 RETURNS TABLE(org_id text, calls bigint, unpriced_calls bigint, cost_usd numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select org_id, sum(calls)::bigint, sum(unpriced_calls)::bigint, coalesce(sum(cost_usd), 0)
  from public.llm_usage
  where recorded_at <= known_on and created_at >= from_time and created_at < to_time
  group by org_id
  order by org_id
$function$;
grant execute on function cost_as_known_on(timestamp with time zone,timestamp with time zone,timestamp with time zone) to spanledger_api;
grant execute on function cost_as_known_on(timestamp with time zone,timestamp with time zone,timestamp with time zone) to spanledger_reader;
grant execute on function cost_as_known_on(timestamp with time zone,timestamp with time zone,timestamp with time zone) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.current_org()
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$ select nullif(pg_catalog.current_setting('app.org_id', true), '') $function$;
grant execute on function current_org() to spanledger_api;

CREATE OR REPLACE FUNCTION public.drop_expired_partition(leaf name, as_of timestamp with time zone DEFAULT now())
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
 SET lock_timeout TO '2s'
AS $function$
declare
  expired record;
begin
  select * into expired from public.expired_partitions(as_of) as e where e.leaf_name = leaf;
  if not found then
    raise exception 'partition % is not expired', quote_ident(leaf)
      using errcode = 'object_not_in_prerequisite_state', hint = 'keep_days in storage_settings decides.';
  end if;
  execute format('drop table partitions.%I', leaf);
  insert into public.dropped_partitions (table_name, from_time, to_time)
  values (expired.table_name, expired.from_time, expired.to_time)
  on conflict (table_name, from_time) do update set dropped_at = now();
end
$function$;

CREATE OR REPLACE FUNCTION public.ensure_partitions(target text, from_time timestamp with time zone, to_time timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
AS $function$
declare
  step_days integer;
  starts timestamptz;
  ends timestamptz;
  leaf name;
  leaf_schema oid := (select oid from pg_namespace where nspname = 'partitions');
  created integer := 0;
begin
  select partition_days into step_days from public.storage_settings where table_name = target;
  if step_days is null then
    raise exception 'no partitioned table named %', quote_ident(target)
      using errcode = 'undefined_table', hint = 'The names are in storage_settings.';
  end if;
  if to_time < from_time or to_time - from_time > interval '800 days' then
    raise exception 'partitions of % asked from % to %: at most 800 days, in order', target, from_time, to_time
      using errcode = 'invalid_parameter_value';
  end if;
  starts := public.partition_start(from_time, step_days);
  while starts <= to_time loop
    ends := starts + make_interval(days => step_days);
    leaf := target || '_' || to_char(starts at time zone 'UTC', 'YYYYMMDD');
    if not exists (select from pg_class where relname = leaf and relnamespace = leaf_schema) then
      perform pg_advisory_xact_lock(hashtextextended('spanledger.partitions', 0));
      -- asked of the catalogue itself: to_regclass may still remember that it was missing before the wait
      if not exists (select from pg_class where relname = leaf and relnamespace = leaf_schema) then
        perform public.refuse_dropped_range(target, starts);
        execute format('create table partitions.%I (like public.%I including defaults including constraints including storage)', leaf, target);
        execute format('alter table partitions.%I enable row level security', leaf);
        execute format('alter table partitions.%I force row level security', leaf);
        execute format('alter table public.%I attach partition partitions.%I for values from (%L) to (%L)', target, leaf,
          to_char(starts at time zone 'UTC', 'YYYY-MM-DD 00:00:00+00'), to_char(ends at time zone 'UTC', 'YYYY-MM-DD 00:00:00+00'));
        created := created + 1;
      end if;
    end if;
    starts := ends;
  end loop;
  -- the summaries of spans need theirs too
  if target = 'trace_spans' then
    created := created + public.ensure_partitions('trace_parts', from_time, to_time);
  end if;
  return created;
end
$function$;
grant execute on function ensure_partitions(text,timestamp with time zone,timestamp with time zone) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.ensure_partitions_ahead(days_ahead integer DEFAULT 14)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select coalesce(sum(public.ensure_partitions(table_name::text, now(), now() + pg_catalog.make_interval(days => days_ahead))), 0)::integer
  from public.storage_settings where table_name <> 'trace_parts'
$function$;
grant execute on function ensure_partitions_ahead(integer) to spanledger_api;
grant execute on function ensure_partitions_ahead(integer) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.expired_partitions(as_of timestamp with time zone DEFAULT now())
 RETURNS TABLE(table_name name, leaf_name name, from_time timestamp with time zone, to_time timestamp with time zone)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select leaf.table_name, leaf.leaf_name, leaf.from_time, leaf.to_time
  from public.partition_leaves leaf join public.storage_settings settings using (table_name)
  where leaf.to_time <= as_of - pg_catalog.make_interval(days => settings.keep_days)
  order by leaf.from_time, leaf.table_name
$function$;
grant execute on function expired_partitions(timestamp with time zone) to spanledger_api;
grant execute on function expired_partitions(timestamp with time zone) to spanledger_reader;

CREATE OR REPLACE FUNCTION public.get_costs_by_agent(start_date date DEFAULT NULL::date, end_date date DEFAULT NULL::date)
 RETURNS TABLE(org_id text, agent_id text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select org_id, agent_id, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by org_id, agent_id
  order by sum(cost_usd) desc, org_id, agent_id
$function$;
grant execute on function get_costs_by_agent(date,date) to spanledger_api;
grant execute on function get_costs_by_agent(date,date) to spanledger_reader;
grant execute on function get_costs_by_agent(date,date) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.get_costs_by_deal(start_date date DEFAULT NULL::date, end_date date DEFAULT NULL::date)
 RETURNS TABLE(org_id text, deal_id text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select org_id, deal_id, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by org_id, deal_id
  order by sum(cost_usd) desc, org_id, deal_id
$function$;
grant execute on function get_costs_by_deal(date,date) to spanledger_api;
grant execute on function get_costs_by_deal(date,date) to spanledger_reader;
grant execute on function get_costs_by_deal(date,date) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.get_costs_by_department(start_date date DEFAULT NULL::date, end_date date DEFAULT NULL::date)
 RETURNS TABLE(org_id text, department text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select org_id, department, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by org_id, department
  order by sum(cost_usd) desc, org_id, department
$function$;
grant execute on function get_costs_by_department(date,date) to spanledger_api;
grant execute on function get_costs_by_department(date,date) to spanledger_reader;
grant execute on function get_costs_by_department(date,date) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.get_costs_by_environment(start_date date DEFAULT NULL::date, end_date date DEFAULT NULL::date)
 RETURNS TABLE(environment text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select environment, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by environment
  order by sum(cost_usd) desc, environment
$function$;
grant execute on function get_costs_by_environment(date,date) to spanledger_api;
grant execute on function get_costs_by_environment(date,date) to spanledger_reader;
grant execute on function get_costs_by_environment(date,date) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.get_costs_by_feature(start_date date DEFAULT NULL::date, end_date date DEFAULT NULL::date)
 RETURNS TABLE(feature text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select feature, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by feature
  order by sum(cost_usd) desc, feature
$function$;
grant execute on function get_costs_by_feature(date,date) to spanledger_api;
grant execute on function get_costs_by_feature(date,date) to spanledger_reader;
grant execute on function get_costs_by_feature(date,date) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.get_costs_by_model(start_date date DEFAULT NULL::date, end_date date DEFAULT NULL::date)
 RETURNS TABLE(provider text, model text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select provider, model, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by provider, model
  order by sum(cost_usd) desc, provider, model
$function$;
grant execute on function get_costs_by_model(date,date) to spanledger_api;
grant execute on function get_costs_by_model(date,date) to spanledger_reader;
grant execute on function get_costs_by_model(date,date) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.get_costs_by_organisation(start_date date DEFAULT NULL::date, end_date date DEFAULT NULL::date)
 RETURNS TABLE(org_id text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select org_id, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by org_id
  order by sum(cost_usd) desc, org_id
$function$;
grant execute on function get_costs_by_organisation(date,date) to spanledger_api;
grant execute on function get_costs_by_organisation(date,date) to spanledger_reader;
grant execute on function get_costs_by_organisation(date,date) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.get_costs_by_provider(start_date date DEFAULT NULL::date, end_date date DEFAULT NULL::date)
 RETURNS TABLE(provider text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select provider, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by provider
  order by sum(cost_usd) desc, provider
$function$;
grant execute on function get_costs_by_provider(date,date) to spanledger_api;
grant execute on function get_costs_by_provider(date,date) to spanledger_reader;
grant execute on function get_costs_by_provider(date,date) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.get_costs_by_version(start_date date DEFAULT NULL::date, end_date date DEFAULT NULL::date)
 RETURNS TABLE(org_id text, agent_id text, version text, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select org_id, agent_id, version, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by org_id, agent_id, version
  order by sum(cost_usd) desc, org_id, agent_id, version
$function$;
grant execute on function get_costs_by_version(date,date) to spanledger_api;
grant execute on function get_costs_by_version(date,date) to spanledger_reader;
grant execute on function get_costs_by_version(date,date) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.get_daily_costs(start_date date, end_date date)
 RETURNS TABLE(day date, calls bigint, errors bigint, unpriced_calls bigint, input_tokens bigint, output_tokens bigint, cache_read_tokens bigint, cache_write_tokens bigint, reasoning_tokens bigint, cost_usd numeric)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select day, sum(calls)::bigint, sum(errors)::bigint, sum(unpriced_calls)::bigint, sum(input_tokens)::bigint, sum(output_tokens)::bigint,
    sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint, sum(reasoning_tokens)::bigint, sum(cost_usd)
  from public.usage_daily
  where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
  group by day
  order by day
$function$;
grant execute on function get_daily_costs(date,date) to spanledger_api;
grant execute on function get_daily_costs(date,date) to spanledger_reader;
grant execute on function get_daily_costs(date,date) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.get_latency_percentiles(start_date date DEFAULT NULL::date, end_date date DEFAULT NULL::date)
 RETURNS TABLE(provider text, model text, calls bigint, p50_ms double precision, p90_ms double precision, p95_ms double precision, p99_ms double precision)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select provider, model, calls,
    public.histogram_percentile(histogram, 0.5), public.histogram_percentile(histogram, 0.9),
    public.histogram_percentile(histogram, 0.95), public.histogram_percentile(histogram, 0.99)
  from (
    select provider, model, sum(calls)::bigint as calls, public.histogram_merge(latency_histogram) as histogram
    from public.usage_daily
    where day >= coalesce(start_date, '-infinity') and day <= coalesce(end_date, 'infinity')
    group by provider, model
  ) as merged
  order by calls desc, provider, model
$function$;
grant execute on function get_latency_percentiles(date,date) to spanledger_api;
grant execute on function get_latency_percentiles(date,date) to spanledger_reader;
grant execute on function get_latency_percentiles(date,date) to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.histogram_add(a bigint[], b bigint[])
 RETURNS bigint[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select case when cardinality(a) + cardinality(b) <= 640 then a || b else public.histogram_compact(a || b) end $function$;
grant execute on function histogram_add(bigint[],bigint[]) to spanledger_api;
grant execute on function histogram_add(bigint[],bigint[]) to spanledger_reader;
grant execute on function histogram_add(bigint[],bigint[]) to spanledger_tenant;
grant execute on function histogram_add(bigint[],bigint[]) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.histogram_bucket(value_ms double precision)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select case when value_ms <= 1 then 0 else least(450, pg_catalog.ceil(pg_catalog.ln(value_ms) / 0.039220713153281295)::integer) end $function$;
grant execute on function histogram_bucket(double precision) to spanledger_api;
grant execute on function histogram_bucket(double precision) to spanledger_reader;
grant execute on function histogram_bucket(double precision) to spanledger_tenant;
grant execute on function histogram_bucket(double precision) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.histogram_buckets(histogram bigint[])
 RETURNS TABLE(bucket integer, calls bigint)
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
  select ((entry + 2147483648) >> 32)::integer as bucket, sum(entry - (((entry + 2147483648) >> 32) << 32))::bigint
  from unnest(histogram) as entry
  group by 1 having sum(entry - (((entry + 2147483648) >> 32) << 32)) <> 0
  order by 1
$function$;
grant execute on function histogram_buckets(bigint[]) to spanledger_api;
grant execute on function histogram_buckets(bigint[]) to spanledger_reader;
grant execute on function histogram_buckets(bigint[]) to spanledger_tenant;
grant execute on function histogram_buckets(bigint[]) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.histogram_compact(histogram bigint[])
 RETURNS bigint[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$ select coalesce(array_agg(public.histogram_entry(bucket, calls) order by bucket), '{}') from public.histogram_buckets(histogram) $function$;
grant execute on function histogram_compact(bigint[]) to spanledger_api;
grant execute on function histogram_compact(bigint[]) to spanledger_reader;
grant execute on function histogram_compact(bigint[]) to spanledger_tenant;
grant execute on function histogram_compact(bigint[]) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.histogram_entry(bucket integer, calls bigint)
 RETURNS bigint
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select bucket * 4294967296::bigint + calls $function$;
grant execute on function histogram_entry(integer,bigint) to spanledger_api;
grant execute on function histogram_entry(integer,bigint) to spanledger_reader;
grant execute on function histogram_entry(integer,bigint) to spanledger_tenant;
grant execute on function histogram_entry(integer,bigint) to spanledger_writer;

create aggregate histogram_merge(bigint[]) (sfunc = histogram_add, stype = bigint[]);
grant execute on function histogram_merge(bigint[]) to spanledger_api;
grant execute on function histogram_merge(bigint[]) to spanledger_reader;
grant execute on function histogram_merge(bigint[]) to spanledger_tenant;
grant execute on function histogram_merge(bigint[]) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.histogram_percentile(histogram bigint[], p double precision)
 RETURNS double precision
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
  select public.histogram_value(bucket)
  from (
    select bucket, sum(calls) over (order by bucket) as seen, sum(calls) over () as total
    from public.histogram_buckets(histogram)
  ) as running
  where seen >= greatest(1, pg_catalog.ceil(p * total))
  order by bucket limit 1
$function$;
grant execute on function histogram_percentile(bigint[],double precision) to spanledger_api;
grant execute on function histogram_percentile(bigint[],double precision) to spanledger_reader;
grant execute on function histogram_percentile(bigint[],double precision) to spanledger_tenant;
grant execute on function histogram_percentile(bigint[],double precision) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.histogram_value(bucket integer)
 RETURNS double precision
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$ select case when bucket = 0 then 1 else pg_catalog.exp(0.039220713153281295 * bucket) * 2 / 2.04 end $function$;
grant execute on function histogram_value(integer) to spanledger_api;
grant execute on function histogram_value(integer) to spanledger_reader;
grant execute on function histogram_value(integer) to spanledger_tenant;
grant execute on function histogram_value(integer) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.is_model_pattern(pattern text)
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO 'pg_catalog'
AS $function$
begin
  if pattern = '' or length(pattern) > 512 then
    return false;
  end if;
  if left(pattern, 1) <> '~' then
    return true;
  end if;
  perform '' ~ substr(pattern, 2);
  return length(pattern) > 1 and pattern !~ '^~(\*\*\*|\(\?[a-z]+\))';
exception when invalid_regular_expression then
  return false;
end
$function$;
grant execute on function is_model_pattern(text) to spanledger_api;

CREATE OR REPLACE FUNCTION public.is_threshold_list(thresholds integer[])
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select pg_catalog.cardinality(thresholds) between 1 and 10
    and pg_catalog.array_position(thresholds, null) is null
    and thresholds = array(select distinct t from pg_catalog.unnest(thresholds) as t order by t)
    and 1 <= all (thresholds) and 1000 >= all (thresholds)
$function$;
grant execute on function is_threshold_list(integer[]) to public;

CREATE OR REPLACE FUNCTION public.link_traces(org_ids text[], days date[], response_hashes bigint[], trace_ids uuid[])
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
AS $function$
  insert into public.split_responses (org_id, day, response_hash, trace_id)
  select * from unnest(org_ids, days, response_hashes, trace_ids) as w (o, d, h, t) order by o collate "C", t, h, d
  on conflict do nothing
$function$;
grant execute on function link_traces(text[],date[],bigint[],uuid[]) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.linked_traces(org_ids text[], trace_ids uuid[])
 RETURNS TABLE(org_id text, trace_id uuid, other_trace_id uuid)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
 SET jit TO 'off'
AS $function$
  select distinct w.org_id, w.trace_id, other.trace_id
  from unnest(org_ids, trace_ids) as w (org_id, trace_id)
  cross join lateral (
    select s.response_hash, s.day from public.split_responses s
    where s.org_id = w.org_id and s.trace_id = w.trace_id
    offset 0
  ) as mine
  cross join lateral (
    select s.trace_id from public.split_responses s
    where s.org_id = w.org_id and s.response_hash = mine.response_hash and s.day between mine.day - 1 and mine.day + 1
      and s.trace_id <> w.trace_id
    offset 0
  ) as other
$function$;
grant execute on function linked_traces(text[],uuid[]) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.lock_split_days(org_ids text[], days date[], splits boolean[], most integer)
 RETURNS TABLE(org_id text, day date)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
AS $function$
declare
  organisation text;
  lock_key bigint;
  begins boolean;
  new_day date;
begin
  for organisation, lock_key, begins in
    select w.o, hashtextextended('spanledger.split ' || w.o, 0) as k,
      bool_or(w.s and not exists (select from public.split_days f where f.org_id = w.o and f.day = w.d))
    from unnest(org_ids, days, splits) as w (o, d, s) group by w.o order by k
  loop
    if not begins then
      perform pg_advisory_xact_lock_shared(lock_key);
      continue;
    end if;
    perform pg_advisory_xact_lock(lock_key);
    for new_day in
      select distinct w.d from unnest(org_ids, days, splits) as w (o, d, s)
      where w.o = organisation and w.s and not exists (select from public.split_days f where f.org_id = w.o and f.day = w.d)
      order by w.d
    loop
      perform public.claim_day(organisation, new_day, most);
    end loop;
  end loop;
  return query
    select f.org_id, f.day from unnest(org_ids, days) as w (o, d)
    join public.split_days f on f.org_id = w.o and f.day = w.d
    union
    select w.o, null from (select distinct u.o from unnest(org_ids) as u (o)) as w
    where exists (select from public.split_days f where f.org_id = w.o);
end
$function$;
grant execute on function lock_split_days(text[],date[],boolean[],integer) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.lock_traces(org_ids text[], trace_ids text[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
declare
  lock_key bigint;
begin
  for lock_key in
    select distinct hashtextextended(org_id || ' ' || trace_id, 0) as key
    from unnest(org_ids, trace_ids) as wanted (org_id, trace_id) order by key
  loop
    perform pg_advisory_xact_lock(lock_key);
  end loop;
end
$function$;
grant execute on function lock_traces(text[],text[]) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.organisations_of(for_user_id text)
 RETURNS TABLE(org_id text, org_name text, role text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select m.org_id, o.name, m.role
  from public.members m join public.organisations o on o.org_id = m.org_id
  where m.user_id = for_user_id
  order by m.org_id
$function$;
grant execute on function organisations_of(text) to spanledger_api;

CREATE OR REPLACE FUNCTION public.partition_start(at timestamp with time zone, partition_days integer)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select pg_catalog.date_trunc(case partition_days when 1 then 'day' else 'week' end, at, 'UTC')
$function$;
grant execute on function partition_start(timestamp with time zone,integer) to spanledger_api;
grant execute on function partition_start(timestamp with time zone,integer) to spanledger_reader;
grant execute on function partition_start(timestamp with time zone,integer) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.protect_tenant_table(target regclass)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy owner_all on %s to spanledger_owner using (true) with check (true)', target);
  execute format('create policy api_own_org on %s to spanledger_api using (org_id = (select public.current_org())) with check (org_id = (select public.current_org()))', target);
  execute format('create policy tenant_own_org on %s for select to spanledger_tenant using (org_id = (select public.reader_org()))', target);
  execute format('create policy reader_all on %s for select to spanledger_reader using (true)', target);
  execute format('grant select on %s to spanledger_api, spanledger_tenant, spanledger_reader', target);
end
$function$;

CREATE OR REPLACE FUNCTION public.reader_org()
 RETURNS text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$ select org_id from public.tenant_readers where role_name = session_user $function$;
grant execute on function reader_org() to spanledger_tenant;

CREATE OR REPLACE FUNCTION public.refuse_dropped_range(target text, starts timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO 'pg_catalog'
AS $function$
begin
  if target in ('trace_spans', 'llm_usage') and exists (
    select from public.dropped_partitions d where d.table_name = target and starts >= d.from_time and starts < d.to_time
  ) then
    raise exception 'retention has dropped the rows of % around %', target, starts
      using errcode = 'datetime_field_overflow', hint = 'Records this old can no longer be told from replays.';
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION public.retire_partition(leaf name)
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select public.drop_expired_partition(leaf, now())
$function$;
grant execute on function retire_partition(name) to spanledger_api;

CREATE OR REPLACE FUNCTION public.roll_up_llm_usage()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET jit TO 'off'
AS $function$
begin
  insert into public.usage_daily as rolled (
    org_id, day, dims_hash, deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment,
    calls, errors, timeouts, rate_limited, unpriced_calls, estimated_calls, late_calls, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_usd, latency_ms_sum,
    latency_histogram, first_token_histogram)
  select org_id, (created_at at time zone 'UTC')::date as day,
    substr(sha256(convert_to(json_build_array(deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment)::text, 'UTF8')), 1, 16) as dims_hash, deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment,
    sum(calls),
    coalesce(sum(calls) filter (where status <> 'success'), 0),
    coalesce(sum(calls) filter (where status = 'timeout'), 0),
    coalesce(sum(calls) filter (where status = 'rate_limited'), 0),
    sum(unpriced_calls),
    coalesce(sum(calls) filter (where certainty <> 'measured'), 0),
    coalesce(sum(calls) filter (where line_kind = 'call' and recorded_at >= (created_at at time zone 'UTC')::date::timestamp at time zone 'UTC' + interval '25 hours'), 0),
    sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(reasoning_tokens),
    coalesce(sum(cost_usd), 0), coalesce(sum(latency_ms * calls), 0),
    coalesce(array_agg(public.histogram_entry(public.histogram_bucket(latency_ms), calls)) filter (where latency_ms is not null and calls <> 0), '{}'),
    coalesce(array_agg(public.histogram_entry(public.histogram_bucket(time_to_first_token_ms), calls)) filter (where time_to_first_token_ms is not null and calls <> 0), '{}')
  from new_lines
  group by org_id, day, deal_id, feature, provider, model, operation, agent_id, department, environment, version, intent, segment
  order by org_id, day, dims_hash
  on conflict (org_id, day, dims_hash) do update set
    calls = rolled.calls + excluded.calls,
    errors = rolled.errors + excluded.errors,
    timeouts = rolled.timeouts + excluded.timeouts,
    rate_limited = rolled.rate_limited + excluded.rate_limited,
    unpriced_calls = rolled.unpriced_calls + excluded.unpriced_calls,
    estimated_calls = rolled.estimated_calls + excluded.estimated_calls,
    late_calls = rolled.late_calls + excluded.late_calls,
    input_tokens = rolled.input_tokens + excluded.input_tokens,
    output_tokens = rolled.output_tokens + excluded.output_tokens,
    cache_read_tokens = rolled.cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = rolled.cache_write_tokens + excluded.cache_write_tokens,
    reasoning_tokens = rolled.reasoning_tokens + excluded.reasoning_tokens,
    cost_usd = rolled.cost_usd + excluded.cost_usd,
    latency_ms_sum = rolled.latency_ms_sum + excluded.latency_ms_sum,
    latency_histogram = public.histogram_add(rolled.latency_histogram, excluded.latency_histogram),
    first_token_histogram = public.histogram_add(rolled.first_token_histogram, excluded.first_token_histogram);

  insert into public.usage_hourly as rolled (
    org_id, hour, dims_hash, feature, provider, model, agent_id, department, environment, version,
    calls, errors, timeouts, rate_limited, unpriced_calls, estimated_calls, late_calls, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_usd, latency_ms_sum,
    latency_histogram, first_token_histogram)
  select org_id, date_trunc('hour', created_at, 'UTC') as hour,
    substr(sha256(convert_to(json_build_array(feature, provider, model, agent_id, department, environment, version)::text, 'UTF8')), 1, 16) as dims_hash, feature, provider, model, agent_id, department, environment, version,
    sum(calls),
    coalesce(sum(calls) filter (where status <> 'success'), 0),
    coalesce(sum(calls) filter (where status = 'timeout'), 0),
    coalesce(sum(calls) filter (where status = 'rate_limited'), 0),
    sum(unpriced_calls),
    coalesce(sum(calls) filter (where certainty <> 'measured'), 0),
    coalesce(sum(calls) filter (where line_kind = 'call' and recorded_at >= date_trunc('hour', created_at, 'UTC') + interval '2 hours'), 0),
    sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(reasoning_tokens),
    coalesce(sum(cost_usd), 0), coalesce(sum(latency_ms * calls), 0),
    coalesce(array_agg(public.histogram_entry(public.histogram_bucket(latency_ms), calls)) filter (where latency_ms is not null and calls <> 0), '{}'),
    coalesce(array_agg(public.histogram_entry(public.histogram_bucket(time_to_first_token_ms), calls)) filter (where time_to_first_token_ms is not null and calls <> 0), '{}')
  from new_lines
  group by org_id, hour, feature, provider, model, agent_id, department, environment, version
  order by org_id, hour, dims_hash
  on conflict (org_id, hour, dims_hash) do update set
    calls = rolled.calls + excluded.calls,
    errors = rolled.errors + excluded.errors,
    timeouts = rolled.timeouts + excluded.timeouts,
    rate_limited = rolled.rate_limited + excluded.rate_limited,
    unpriced_calls = rolled.unpriced_calls + excluded.unpriced_calls,
    estimated_calls = rolled.estimated_calls + excluded.estimated_calls,
    late_calls = rolled.late_calls + excluded.late_calls,
    input_tokens = rolled.input_tokens + excluded.input_tokens,
    output_tokens = rolled.output_tokens + excluded.output_tokens,
    cache_read_tokens = rolled.cache_read_tokens + excluded.cache_read_tokens,
    cache_write_tokens = rolled.cache_write_tokens + excluded.cache_write_tokens,
    reasoning_tokens = rolled.reasoning_tokens + excluded.reasoning_tokens,
    cost_usd = rolled.cost_usd + excluded.cost_usd,
    latency_ms_sum = rolled.latency_ms_sum + excluded.latency_ms_sum,
    latency_histogram = public.histogram_add(rolled.latency_histogram, excluded.latency_histogram),
    first_token_histogram = public.histogram_add(rolled.first_token_histogram, excluded.first_token_histogram);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.roll_up_trace_spans()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
 SET jit TO 'off'
 SET enable_hashjoin TO 'on'
 SET enable_nestloop TO 'off'
AS $function$
begin
  insert into public.trace_parts as part (
    org_id, trace_id, day, start_time, end_time, span_count, error_count,
    root_span_id, root_start_time, root_name, root_service, root_status_code,
    deal_id, user_id, session_id, feature, department, agent_id, environment, version)
  select org_id, trace_id, day, seen.start_time, seen.end_time, seen.span_count, seen.error_count,
    coalesce(root.span_id, ''), root.start_time, coalesce(root.name, ''), coalesce(root.service_name, ''),
    coalesce(root.status_code, 0),
    seen.deal_id, seen.user_id, seen.session_id, seen.feature, seen.department, seen.agent_id, seen.environment, seen.version
  from (
    select org_id, trace_id, (start_time at time zone 'UTC')::date as day, min(start_time) as start_time,
      max(start_time + make_interval(secs => duration_ns::double precision / 1e9::double precision)) as end_time,
      count(*) as span_count, count(*) filter (where status_code = 2) as error_count,
      max(deal_id) as deal_id, max(user_id) as user_id, max(session_id) as session_id, max(feature) as feature,
      max(department) as department, max(agent_id) as agent_id, max(environment) as environment, max(version) as version
    from new_spans
    group by org_id, trace_id, day
  ) as seen
  left join (
    select distinct on (org_id, trace_id, (start_time at time zone 'UTC')::date)
      org_id, trace_id, (start_time at time zone 'UTC')::date as day, span_id, start_time, name, service_name, status_code
    from new_spans
    where parent_span_id = ''
    order by org_id, trace_id, (start_time at time zone 'UTC')::date, start_time, span_id
  ) as root using (org_id, trace_id, day)
  order by org_id, trace_id, day
  on conflict (org_id, trace_id, day) do update set
    start_time = least(part.start_time, excluded.start_time),
    end_time = greatest(part.end_time, excluded.end_time),
    span_count = part.span_count + excluded.span_count,
    error_count = part.error_count + excluded.error_count,
    (root_span_id, root_start_time, root_name, root_service, root_status_code) = (
      select r.* from (values
        (part.root_span_id, part.root_start_time, part.root_name, part.root_service, part.root_status_code),
        (excluded.root_span_id, excluded.root_start_time, excluded.root_name, excluded.root_service, excluded.root_status_code)
      ) as r (span_id, starts, name, service, status) order by r.starts nulls last, r.span_id limit 1),
    deal_id = greatest(part.deal_id, excluded.deal_id),
    user_id = greatest(part.user_id, excluded.user_id),
    session_id = greatest(part.session_id, excluded.session_id),
    feature = greatest(part.feature, excluded.feature),
    department = greatest(part.department, excluded.department),
    agent_id = greatest(part.agent_id, excluded.agent_id),
    environment = greatest(part.environment, excluded.environment),
    version = greatest(part.version, excluded.version);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION public.secure_database()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  execute pg_catalog.format('revoke all on database %I from public', pg_catalog.current_database());
  execute pg_catalog.format('grant connect on database %I to spanledger_writer, spanledger_api, spanledger_reader, spanledger_tenant', pg_catalog.current_database());
  -- The ledger's fall-back path stages rows in temporary tables.
  execute pg_catalog.format('grant temporary on database %I to spanledger_writer', pg_catalog.current_database());
end
$function$;

CREATE OR REPLACE FUNCTION public.span_lines(org_ids text[], trace_ids text[], span_ids text[], starts timestamp with time zone[])
 RETURNS SETOF llm_usage
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
 SET jit TO 'off'
AS $function$
  select u.*
  from (
    select distinct w.org_id, w.trace_id, w.span_id, w.start_time
    from unnest(org_ids, trace_ids, span_ids, starts) as w (org_id, trace_id, span_id, start_time)
  ) as wanted
  cross join lateral (
    select * from public.llm_usage f
    where f.org_id = wanted.org_id and f.trace_id = wanted.trace_id and f.span_id = wanted.span_id
      and f.created_at = wanted.start_time
    offset 0
  ) as u
  order by u.org_id, u.trace_id, u.created_at, u.span_id, u.revision
$function$;
grant execute on function span_lines(text[],text[],text[],timestamp with time zone[]) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.trace_lines(org_ids text[], trace_ids text[])
 RETURNS SETOF llm_usage
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
 SET jit TO 'off'
AS $function$
  select u.*
  from (select distinct w.org_id, w.trace_id from unnest(org_ids, trace_ids) as w (org_id, trace_id)) as wanted
  cross join lateral (
    select * from public.llm_usage f
    where f.org_id = wanted.org_id and f.trace_id = wanted.trace_id
    offset 0
  ) as u
  order by u.org_id, u.trace_id, u.created_at, u.span_id, u.revision
$function$;
grant execute on function trace_lines(text[],text[]) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.trace_readings(org_ids text[], trace_ids text[])
 RETURNS TABLE(org_id text, trace_id text, span_id text, start_time timestamp with time zone, start_nanos smallint, duration_ns bigint, parent_span_id text, name text, service_name text, deal_id text, user_id text, session_id text, feature text, department text, agent_id text, environment text, version text, intent text, segment text, call json)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
 SET jit TO 'off'
AS $function$
  select s.org_id, s.trace_id, s.span_id, s.start_time, s.start_nanos, s.duration_ns, s.parent_span_id, s.name,
    s.service_name, s.deal_id, s.user_id, s.session_id, s.feature, s.department, s.agent_id, s.environment, s.version,
    s.intent, s.segment, s.call
  from (select distinct w.org_id, w.trace_id from unnest(org_ids, trace_ids) as w (org_id, trace_id)) as wanted
  cross join lateral (
    select * from public.trace_spans f
    where f.org_id = wanted.org_id and f.trace_id = wanted.trace_id
    offset 0
  ) as s
  order by s.org_id, s.trace_id, s.start_time, s.span_id
$function$;
grant execute on function trace_readings(text[],text[]) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.trace_versions(org_ids text[], trace_ids text[])
 RETURNS TABLE(org_id text, trace_id text, version text)
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
 SET jit TO 'off'
AS $function$
  select wanted.org_id, wanted.trace_id,
    string_agg(concat_ws(':', part.day, part.span_count, part.xmin), ',' order by part.day)
      || ' ' || extract(epoch from pg_postmaster_start_time())
  from (select distinct w.org_id, w.trace_id from unnest(org_ids, trace_ids) as w (org_id, trace_id)) as wanted
  cross join lateral (
    select f.day, f.span_count, f.xmin from public.trace_parts f
    where f.org_id = wanted.org_id and f.trace_id = wanted.trace_id
    offset 0
  ) as part
  group by wanted.org_id, wanted.trace_id
$function$;
grant execute on function trace_versions(text[],text[]) to spanledger_writer;

CREATE OR REPLACE FUNCTION public.traces_between(from_time timestamp with time zone, to_time timestamp with time zone)
 RETURNS SETOF distributed_traces
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select org_id, trace_id, min(start_time) as start_time, max(end_time) as end_time,
    pg_catalog.round(extract(epoch from max(end_time) - min(start_time)) * 1000, 3),
    coalesce((array_agg(root_span_id order by root_start_time) filter (where root_span_id <> ''))[1], ''),
    coalesce((array_agg(root_name order by root_start_time) filter (where root_span_id <> ''))[1], ''),
    coalesce((array_agg(root_service order by root_start_time) filter (where root_span_id <> ''))[1], ''),
    coalesce((array_agg(root_status_code order by root_start_time) filter (where root_span_id <> ''))[1], 0::smallint),
    sum(span_count)::bigint, sum(error_count)::bigint,
    max(deal_id), max(user_id), max(session_id), max(feature), max(department), max(agent_id), max(environment), max(version)
  from public.trace_parts
  where day between (from_time at time zone 'UTC')::date - 1 and (to_time at time zone 'UTC')::date + 1
  group by org_id, trace_id
  having min(start_time) >= from_time and min(start_time) < to_time
$function$;
grant execute on function traces_between(timestamp with time zone,timestamp with time zone) to spanledger_api;
grant execute on function traces_between(timestamp with time zone,timestamp with time zone) to spanledger_reader;
grant execute on function traces_between(timestamp with time zone,timestamp with time zone) to spanledger_tenant;

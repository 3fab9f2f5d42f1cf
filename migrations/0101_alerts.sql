-- Up Migration
-- Alert history: which rules have fired, each time one did, what people did about it, and the notifications sent.
set local role spanledger_owner;

-- Rules are the platform's, not a tenant's: no org_id, and nothing of a tenant's text in them.
create table alert_rules (
  alert_name text collate "C" constraint alert_rules_pkey primary key,
  severity text not null,
  runbook_url text,
  first_fired_at timestamptz not null default now(),
  last_fired_at timestamptz not null default now()
);
grant select, insert, update on alert_rules to spanledger_api;
grant select on alert_rules to spanledger_reader, spanledger_tenant;

-- One row each time an alert fired. org_id `_platform`: the alert concerns no single organisation.
create table alert_instances (
  org_id text collate "C" not null,
  fingerprint text collate "C" not null,
  starts_at timestamptz not null,
  alert_name text collate "C" not null constraint alert_instances_alert_name_fkey references alert_rules,
  severity text not null,
  status text not null default 'firing',
  labels jsonb not null,
  annotations jsonb not null,
  generator_url text not null default '',
  -- how Alertmanager grouped it; what is acknowledged is the group
  group_labels jsonb not null,
  receiver text not null default '',
  -- who told us first
  source text not null,
  recorded_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  ends_at timestamptz,
  resolved_by text,
  resolution_note text,
  acknowledged_at timestamptz,
  acknowledged_by text,
  acknowledge_note text,
  silenced_until timestamptz,
  silence_id text,
  constraint alert_instances_pkey primary key (org_id, fingerprint, starts_at),
  constraint alert_instances_fingerprint_form check (fingerprint ~ '^[0-9a-f]{16}$'),
  constraint alert_instances_status_known check (status in ('firing', 'resolved')),
  constraint alert_instances_source_known check (source in ('webhook', 'alertmanager', 'prometheus')),
  constraint alert_instances_resolved_whole check ((status = 'resolved') = (ends_at is not null and resolved_by is not null)),
  constraint alert_instances_acknowledged_whole check ((acknowledged_at is null) = (acknowledged_by is null)),
  constraint alert_instances_ends_after_start check (ends_at >= starts_at)
);
create index alert_instances_started_idx on alert_instances (org_id, starts_at desc);
create index alert_instances_firing_idx on alert_instances (org_id, alert_name) where status = 'firing';
create index alert_instances_fingerprint_idx on alert_instances (fingerprint, starts_at desc);
select protect_tenant_table('alert_instances');
grant insert, update on alert_instances to spanledger_api;

-- What happened to an instance, in order; append-only.
create table alert_events (
  org_id text collate "C" not null,
  fingerprint text collate "C" not null,
  starts_at timestamptz not null,
  event_id bigint generated always as identity,
  happened_at timestamptz not null default now(),
  kind text not null,
  actor text not null,
  note text,
  constraint alert_events_pkey primary key (org_id, fingerprint, starts_at, event_id),
  constraint alert_events_instance_fkey foreign key (org_id, fingerprint, starts_at) references alert_instances on delete cascade,
  constraint alert_events_kind_known check (kind in ('fired', 'acknowledged', 'snoozed', 'note', 'resolved', 'reopened'))
);
select protect_tenant_table('alert_events');
grant insert on alert_events to spanledger_api;

-- One row per instance and notification Alertmanager sent.
create table alert_notifications (
  org_id text collate "C" not null,
  fingerprint text collate "C" not null,
  starts_at timestamptz not null,
  notification_id bigint generated always as identity,
  sent_at timestamptz not null default now(),
  status text not null,
  receiver text not null,
  -- of the whole delivery: tells a repeated delivery from a repeated notification
  delivery_digest text not null,
  constraint alert_notifications_pkey primary key (org_id, fingerprint, starts_at, notification_id),
  constraint alert_notifications_instance_fkey foreign key (org_id, fingerprint, starts_at) references alert_instances on delete cascade,
  constraint alert_notifications_status_known check (status in ('firing', 'resolved'))
);
select protect_tenant_table('alert_notifications');
grant insert on alert_notifications to spanledger_api;

-- Silences we made in Alertmanager, so that those nothing stands behind any more can be ended.
create table alert_silences (
  org_id text collate "C" not null,
  silence_id text collate "C" not null,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  constraint alert_silences_pkey primary key (org_id, silence_id)
);
select protect_tenant_table('alert_silences');
grant insert, update on alert_silences to spanledger_api;

/* How long people take: mean time to acknowledge (MTTA) and to resolve (MTTR), over alerts that started in [since, until).
   Alerts nobody acknowledged do not count into the first figure, alerts that still fire not into the second. */
create function alert_response_times(since timestamptz, until timestamptz)
  returns table (alert_name text, severity text, fired bigint, acknowledged bigint, resolved bigint,
    mean_seconds_to_acknowledge numeric, mean_seconds_to_resolve numeric)
  language sql stable set search_path = '' as
$$
  select i.alert_name, i.severity, count(*), count(i.acknowledged_at), count(i.ends_at),
    pg_catalog.round(avg(extract(epoch from i.acknowledged_at - i.starts_at)), 3),
    pg_catalog.round(avg(extract(epoch from i.ends_at - i.starts_at)), 3)
  from public.alert_instances i
  where i.starts_at >= since and i.starts_at < until
  group by i.alert_name, i.severity
  order by i.alert_name, i.severity
$$;
grant execute on function alert_response_times(timestamptz, timestamptz) to spanledger_api, spanledger_tenant, spanledger_reader;

reset role;

-- Down Migration
set local role spanledger_owner;
drop function alert_response_times(timestamptz, timestamptz);
drop table alert_silences, alert_notifications, alert_events, alert_instances, alert_rules;
reset role;

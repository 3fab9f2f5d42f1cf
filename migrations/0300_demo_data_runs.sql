-- Up Migration
-- Which organisations hold generated demo data, and how far a run has come: `spanledger demo-data` goes on from there
-- and refuses to run twice.
set local role spanledger_owner;

create table demo_data_runs (
  org_id text collate "C" constraint demo_data_runs_pkey primary key,
  seed bigint not null,
  days integer not null,
  traces integer not null,
  until_time timestamptz not null,
  -- hours, from the oldest, whose traces the ledger has acknowledged
  hours_done integer not null default 0,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint demo_data_runs_org_id_fkey foreign key (org_id) references organisations on delete cascade
);
select protect_tenant_table('demo_data_runs');

reset role;

-- Down Migration
set local role spanledger_owner;
drop table demo_data_runs;
reset role;

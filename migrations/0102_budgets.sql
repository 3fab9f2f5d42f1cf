-- Up Migration
-- Budgets: how much an organisation, or a part of it, may spend in a day, week or month (UTC; weeks begin on Monday).
-- Rows may be changed by SQL, CLI or API: every rule is a constraint here, so that each way in is held to it.
set local role spanledger_owner;

-- Percent values, ascending, without doubles.
create function is_threshold_list(thresholds integer[]) returns boolean
  language sql immutable set search_path = '' as
$$
  select pg_catalog.cardinality(thresholds) between 1 and 10
    and pg_catalog.array_position(thresholds, null) is null
    and thresholds = array(select distinct t from pg_catalog.unnest(thresholds) as t order by t)
    and 1 <= all (thresholds) and 1000 >= all (thresholds)
$$;
grant execute on function is_threshold_list(integer[]) to public;

create table budgets (
  budget_id uuid constraint budgets_pkey primary key default gen_random_uuid(),
  org_id text collate "C" not null constraint budgets_org_id_fkey references organisations on delete cascade,
  scope text not null,
  -- the deal, department or agent; for scope organisation the organisation itself
  scope_id text collate "C" not null,
  period text not null,
  amount_usd numeric not null,
  -- percent of the amount at which an alert fires once a period; filled by the trigger below when left out
  thresholds integer[] not null,
  created_by text not null default session_user,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint budgets_scope_period_key unique (org_id, scope, scope_id, period),
  constraint budgets_scope_known check (scope in ('organisation', 'deal', 'department', 'agent')),
  constraint budgets_period_known check (period in ('day', 'week', 'month')),
  -- 12 decimals are one pico-USD, the smallest unit of the ledger.
  constraint budgets_amount_positive check (amount_usd > 0 and amount_usd < 1e12 and scale(amount_usd) <= 12),
  constraint budgets_thresholds_form check (is_threshold_list(thresholds)),
  constraint budgets_organisation_scope check (scope <> 'organisation' or scope_id = org_id)
);
select protect_tenant_table('budgets');
grant insert, update, delete on budgets to spanledger_api;

-- Fills defaults, and refuses a budget for something the organisation does not have.
create function check_budget() returns trigger
  language plpgsql set search_path = 'pg_catalog' as
$$
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
$$;
create trigger check_budget before insert or update on budgets for each row execute function check_budget();

-- A threshold that was crossed, once per period, budget and amount: the memory behind `budget_threshold_crossed`, so that
-- a restart neither repeats nor loses an alert and a correction below the line does not make it flap.
create table budget_crossings (
  org_id text collate "C" not null,
  budget_id uuid not null constraint budget_crossings_budget_id_fkey references budgets on delete cascade,
  period_start timestamptz not null,
  amount_usd numeric not null,
  threshold integer not null,
  used_usd numeric not null,
  crossed_at timestamptz not null default now(),
  constraint budget_crossings_pkey primary key (budget_id, period_start, amount_usd, threshold)
);
create index budget_crossings_org_idx on budget_crossings (org_id, crossed_at desc);
select protect_tenant_table('budget_crossings');
grant insert on budget_crossings to spanledger_api;

reset role;

-- Down Migration
set local role spanledger_owner;
drop table budget_crossings, budgets;
drop function check_budget(), is_threshold_list(integer[]);
reset role;

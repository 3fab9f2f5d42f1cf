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

/* Budgets in force: the rows above, and a department's monthly figure where it has no monthly budget row of its own. */
create view effective_budgets with (security_invoker = true) as
select budget_id, org_id, scope, scope_id, period, amount_usd, thresholds, created_by, created_at, updated_at from budgets
union all
select null, d.org_id, 'department', d.department, 'month', d.budget_usd_month, array[50, 80, 100], 'departments', d.created_at, d.created_at
from departments d
where d.budget_usd_month > 0
  and not exists (
    select from budgets b
    where b.org_id = d.org_id and b.scope = 'department' and b.scope_id = d.department and b.period = 'month');
grant select on effective_budgets to spanledger_api, spanledger_tenant, spanledger_reader;

/* Where each budget stands at `at`: spend and calls without a price so far in its period, from the daily roll-up.
   One pass over the roll-up, whatever the number of budgets. */
create function budget_usage(at timestamptz)
  returns table (budget_id uuid, org_id text, scope text, scope_id text, period text, amount_usd numeric, thresholds integer[],
    created_by text, created_at timestamptz, updated_at timestamptz, period_start timestamptz, period_end timestamptz,
    used_usd numeric, unpriced_calls bigint)
  language sql stable set search_path = '' as
$$
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
$$;
grant execute on function budget_usage(timestamptz) to spanledger_api, spanledger_tenant, spanledger_reader;

-- A threshold that was crossed, once per budget, period and amount: the memory behind `budget_threshold_crossed`, so that
-- a restart neither repeats nor loses an alert and a correction below the line does not make it flap.
create table budget_crossings (
  org_id text collate "C" not null,
  scope text not null,
  scope_id text collate "C" not null,
  period text not null,
  period_start timestamptz not null,
  amount_usd numeric not null,
  threshold integer not null,
  used_usd numeric not null,
  crossed_at timestamptz not null default now(),
  constraint budget_crossings_pkey primary key (org_id, period_start, period, scope, scope_id, amount_usd, threshold)
);
select protect_tenant_table('budget_crossings');
grant insert on budget_crossings to spanledger_api;

reset role;

-- Down Migration
set local role spanledger_owner;
drop table budget_crossings;
drop function budget_usage(timestamptz);
drop view effective_budgets;
drop table budgets;
drop function check_budget(), is_threshold_list(integer[]);
reset role;

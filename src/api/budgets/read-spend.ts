// Reads what each organisation spent. In: the superadmin reader and now. Out: the last 60 minutes, this UTC day, and the mean
// of the whole days before it (as many as SpendAboveAverage compares with, not further back than the organisation's first day; null on that first day).
// The roll-up knows whole hours. Of the one before this, what lies within the 60 minutes is summed from its lines where both
// together are over HourlySpendHigh's limit, so that the alert is exact; else it is taken in proportion, and no line is read.
import { ALERTS_CONFIG } from '../../../prometheus/alerts.config.ts'
import type { Client } from '../../shared/pg.ts'

export interface Spend {
  org_id: string
  hour_usd: string
  day_usd: string
  daily_average_usd: string | null
}

const { cost } = ALERTS_CONFIG

export async function readSpend(client: Client, nowMs: number): Promise<Spend[]> {
  const { rows } = await client.query<Spend>(SELECT, [new Date(nowMs), cost.aboveAverage.days, cost.hourlyUsd])
  return rows
}

const SELECT = `
  with today as (
    select ($1::timestamptz at time zone 'UTC')::date as day, date_trunc('hour', $1::timestamptz, 'UTC') as hour,
           $1::timestamptz - interval '1 hour' as hour_ago
  ),
  daily as (
    select d.org_id, sum(d.cost_usd) filter (where d.day = today.day) as day_usd,
           sum(d.cost_usd) filter (where d.day < today.day) as before_usd
      from usage_daily d, today
     where d.day between today.day - $2::integer and today.day
     group by d.org_id
  ),
  two_hours as (
    select h.org_id, coalesce(sum(h.cost_usd) filter (where h.hour = today.hour), 0) as this_usd,
           coalesce(sum(h.cost_usd) filter (where h.hour < today.hour), 0) as before_usd
      from usage_hourly h, today
     where h.hour between today.hour - interval '1 hour' and today.hour
     group by h.org_id
  ),
  hourly as (
    select h.org_id, h.this_usd + case
        when h.this_usd + h.before_usd > $3::numeric then (
          select coalesce(sum(l.cost_usd), 0) from llm_usage l
           where l.org_id = h.org_id and l.created_at > today.hour_ago and l.created_at < today.hour)
        else h.before_usd * extract(epoch from today.hour - today.hour_ago) / 3600 end as hour_usd
      from two_hours h, today
  ),
  known as (select org_id from organisations union select org_id from daily)
  select known.org_id, coalesce(hourly.hour_usd, 0)::text as hour_usd, coalesce(daily.day_usd, 0)::text as day_usd,
         (coalesce(daily.before_usd, 0) / nullif(least($2, today.day - first.day), 0))::text as daily_average_usd
    from known cross join today
    left join daily using (org_id)
    left join hourly using (org_id)
    left join lateral (select min(f.day) as day from usage_daily f where f.org_id = known.org_id) as first on true
   order by known.org_id`

// Reads what each organisation spent. In: the superadmin reader and now. Out: this UTC hour, this UTC day, and the mean of
// the whole days before it (as many as SpendAboveAverage compares with, not further back than the organisation's first day; null on that first day).
import { ALERTS_CONFIG } from '../../../prometheus/alerts.config.ts'
import type { Client } from '../../shared/pg.ts'

export interface Spend {
  org_id: string
  hour_usd: string
  day_usd: string
  daily_average_usd: string | null
}

export async function readSpend(client: Client, nowMs: number): Promise<Spend[]> {
  const { rows } = await client.query<Spend>(SELECT, [new Date(nowMs), ALERTS_CONFIG.cost.aboveAverage.days])
  return rows
}

const SELECT = `
  with today as (select ($1::timestamptz at time zone 'UTC')::date as day),
  daily as (
    select d.org_id, sum(d.cost_usd) filter (where d.day = today.day) as day_usd,
           sum(d.cost_usd) filter (where d.day < today.day) as before_usd
      from usage_daily d, today
     where d.day between today.day - $2::integer and today.day
     group by d.org_id
  ),
  hourly as (
    select h.org_id, sum(h.cost_usd) as hour_usd from usage_hourly h
     where h.hour = date_trunc('hour', $1::timestamptz, 'UTC')
     group by h.org_id
  ),
  known as (select org_id from organisations union select org_id from daily)
  select known.org_id, coalesce(hourly.hour_usd, 0)::text as hour_usd, coalesce(daily.day_usd, 0)::text as day_usd,
         (coalesce(daily.before_usd, 0) / nullif(least($2, today.day - first.day), 0))::text as daily_average_usd
    from known cross join today
    left join daily using (org_id)
    left join hourly using (org_id)
    left join lateral (select min(f.day) as day from usage_daily f where f.org_id = known.org_id) as first on true
   order by known.org_id`

// The home page's figures. In: a range and filters. Out: requests, errors, latency, cost, each with the period before and a
// sparkline, and cost by provider; from the roll-ups, percentiles from their mergeable histograms.
import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { type Client, type Pool, withOrg } from '../../shared/pg.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { COST, COST_USD } from './cost.ts'
import { dimensionConditions, dimensionQuery } from './dimensions.ts'

const HOUR_MS = 3_600_000
const LENGTH_MS = {
  '1h': HOUR_MS,
  '24h': 24 * HOUR_MS,
  '7d': 168 * HOUR_MS,
  '30d': 720 * HOUR_MS,
  '90d': 2160 * HOUR_MS,
}
/** What usage_hourly is kept by; the other dimensions are in the daily roll-up only. */
const { deal_id: _deal, operation: _operation, intent: _intent, segment: _segment, ...HOURLY } = dimensionQuery

const MS = z.number().nullable().describe('milliseconds, within 2 %; null without calls')
const FIGURES = z
  .object({
    calls: z.string(),
    errors: z.string(),
    error_rate: z.number().nullable(),
    timeouts: z.string(),
    rate_limited: z.string(),
    unpriced_calls: z.string(),
    cost_usd: COST_USD,
    p50_ms: MS,
    p90_ms: MS,
    p95_ms: MS,
    p99_ms: MS,
  })
  .strict()
const KPIS = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    current: FIGURES,
    previous: FIGURES,
    slo: z
      .object({ latency_p90_under_2s: z.boolean().nullable(), errors_under_2_percent: z.boolean().nullable() })
      .strict(),
    by_provider: z.array(
      z.object({ provider: z.string(), calls: z.string(), cost_usd: COST_USD, p90_ms: MS }).strict(),
    ),
    sparkline: z.array(
      z.object({ at: z.iso.datetime(), calls: z.string(), errors: z.string(), cost_usd: COST_USD }).strict(),
    ),
  })
  .strict()

export function kpiRoutes(pool: Pool, clock: Clock): AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/home/kpis',
      operationId: 'getKpis',
      summary: 'Requests, errors, latency and cost, against the period before',
      tag: 'usage',
      access: 'member',
      query: z.object({
        range: z.enum(['1h', '24h', '7d', '30d', '90d']).default('24h').describe('whole UTC hours up to now'),
        ...HOURLY,
      }),
      data: KPIS,
      async handle({ query, orgId }) {
        const toMs = (Math.floor(clock.nowMs() / HOUR_MS) + 1) * HOUR_MS
        const lengthMs = LENGTH_MS[query.range]
        const conditions = dimensionConditions(query, 4)
        const data = await withOrg(pool, orgId, async (client) => {
          const ask = (from: number, to: number) => ({
            client,
            values: [orgId, new Date(from), new Date(to), ...conditions.values],
            where: conditions.sql,
          })
          const now = ask(toMs - lengthMs, toMs)
          const current = await figures(now)
          return {
            from: new Date(toMs - lengthMs).toISOString(),
            to: new Date(toMs).toISOString(),
            current,
            previous: await figures(ask(toMs - 2 * lengthMs, toMs - lengthMs)),
            slo: {
              latency_p90_under_2s: current.p90_ms === null ? null : current.p90_ms < 2000,
              errors_under_2_percent: current.error_rate === null ? null : current.error_rate < 0.02,
            },
            by_provider: await byProvider(now),
            sparkline: await sparkline(now, lengthMs > 48 * HOUR_MS ? 'day' : 'hour'),
          }
        })
        return { data, filtersApplied: { organization_id: orgId, range: query.range, ...conditions.filters } }
      },
    }),
  ]
}

interface Question {
  client: Client
  values: unknown[]
  where: string
}

const FROM = (where: string) => `from usage_hourly where org_id = $1 and hour >= $2 and hour < $3${where}`
const percentile = (p: number) =>
  `round(histogram_percentile(histogram_merge(latency_histogram), ${p / 100})::numeric, 1)::float as p${p}_ms`

async function figures({ client, values, where }: Question): Promise<z.infer<typeof FIGURES>> {
  const { rows } = await client.query(
    `select coalesce(sum(calls), 0)::text as calls, coalesce(sum(errors), 0)::text as errors,
            (sum(errors) / nullif(sum(calls), 0))::float as error_rate, coalesce(sum(timeouts), 0)::text as timeouts,
            coalesce(sum(rate_limited), 0)::text as rate_limited, coalesce(sum(unpriced_calls), 0)::text as unpriced_calls, ${COST},
            ${[50, 90, 95, 99].map(percentile).join(', ')} ${FROM(where)}`,
    values,
  )
  return rows[0]
}

async function byProvider({ client, values, where }: Question) {
  const sql = `select provider, sum(calls)::text as calls, ${COST}, ${percentile(90)} ${FROM(where)} group by provider order by sum(cost_usd) desc, provider limit 50`
  return (await client.query(sql, values)).rows
}

async function sparkline({ client, values, where }: Question, step: 'hour' | 'day') {
  const sql = `select date_trunc('${step}', hour, 'UTC') as at, sum(calls)::text as calls, sum(errors)::text as errors, ${COST} ${FROM(where)} group by 1 order by 1`
  const { rows } = await client.query<{ at: Date; calls: string; errors: string; cost_usd: string | null }>(sql, values)
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }))
}

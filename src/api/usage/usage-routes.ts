// Usage and cost over time. In: a range, filters, what to split by. Out: one row a day (and group) from the daily roll-up;
// money as exact decimal strings, calls without a price counted beside it.
import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { type Pool, withOrg } from '../../shared/pg.ts'
import { streamCsv } from '../http/csv.ts'
import { pageMeta, pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { COST_USD } from './cost.ts'
import { dimensionFields, dimensionQuery, groupByQuery } from './dimensions.ts'
import { dayRangeQuery, toDayRange } from './range.ts'
import { dailyUsageQuery, selectDailyUsage } from './select-daily-usage.ts'

const COUNT = z
  .string()
  .regex(/^-?\d+$/)
  .describe('whole number; a string because it may exceed 2^53')

const USAGE_FIGURES = {
  calls: COUNT,
  errors: COUNT,
  unpriced_calls: COUNT,
  estimated_calls: COUNT,
  input_tokens: COUNT,
  output_tokens: COUNT,
  cache_read_tokens: COUNT,
  cache_write_tokens: COUNT,
  reasoning_tokens: COUNT,
  cost_usd: COST_USD,
}

const DAILY_ROW = z.object({ day: z.iso.date(), ...dimensionFields, ...USAGE_FIGURES }).strict()

export function usageRoutes(pool: Pool, clock: Clock): AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/usage/daily',
      operationId: 'getDailyUsage',
      summary: 'Calls, tokens and cost per day',
      tag: 'usage',
      access: 'member',
      query: z.object({
        ...dayRangeQuery,
        ...dimensionQuery,
        group_by: groupByQuery,
        format: z.enum(['json', 'csv']).default('json').describe('csv: all rows, without paging'),
        ...pageQuery(),
      }),
      alsoProduces: ['text/csv'],
      data: z.array(DAILY_ROW),
      async handle({ query, orgId, response }) {
        const range = toDayRange(query, clock.nowMs())
        if (query.format === 'csv') {
          const { sql, values } = dailyUsageQuery(orgId, { ...query, ...range })
          const columns = ['day', ...query.group_by, ...Object.keys(USAGE_FIGURES)]
          await withOrg(pool, orgId, (client) =>
            streamCsv(client, response, { fileName: 'usage-daily', columns, sql, values }),
          )
          return undefined
        }
        const { rows, total, filters } = await withOrg(pool, orgId, (client) =>
          selectDailyUsage(client, orgId, { ...query, ...range }),
        )
        return {
          data: rows,
          meta: pageMeta(query, total),
          filtersApplied: { organization_id: orgId, ...range, ...filters, group_by: query.group_by },
        }
      },
    }),
  ]
}

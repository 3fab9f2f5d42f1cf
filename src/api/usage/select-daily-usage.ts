// Reads the daily roll-up. In: a client bound to the organisation, days, filters, groups, a page. Out: rows and their number.
import type { Client } from '../../shared/pg.ts'
import type { Page } from '../http/paging.ts'
import { selectPage } from '../http/select-page.ts'
import { COST } from './cost.ts'
import { type Dimension, dimensionConditions } from './dimensions.ts'
import type { DayRange } from './range.ts'

export type DailyQuestion = DayRange & Page & { group_by: Dimension[] } & Partial<Record<Dimension, string | undefined>>

/** Sums over roll-up rows, as text: neither counts nor money go through a JavaScript number. */
export const FIGURES = `
  sum(calls)::text as calls, sum(errors)::text as errors, sum(unpriced_calls)::text as unpriced_calls,
  sum(estimated_calls)::text as estimated_calls, sum(input_tokens)::text as input_tokens,
  sum(output_tokens)::text as output_tokens, sum(cache_read_tokens)::text as cache_read_tokens,
  sum(cache_write_tokens)::text as cache_write_tokens, sum(reasoning_tokens)::text as reasoning_tokens, ${COST}`

/** The question without its page: for a table on screen and for a file. */
export function dailyUsageQuery(orgId: string, question: Omit<DailyQuestion, keyof Page>) {
  const conditions = dimensionConditions(question, 4)
  const groups = ['day', ...question.group_by]
  const sql = `
    select ${['day::text as day', ...question.group_by].join(', ')}, ${FIGURES}, count(*) over () as total
      from usage_daily
     where org_id = $1 and day between $2 and $3${conditions.sql}
     group by ${groups.join(', ')}
     order by ${groups.join(', ')}`
  return { sql, values: [orgId, question.from, question.to, ...conditions.values], filters: conditions.filters }
}

export async function selectDailyUsage(client: Client, orgId: string, question: DailyQuestion) {
  const { filters, ...query } = dailyUsageQuery(orgId, question)
  return { ...(await selectPage<Record<string, string | null>>(client, query, question)), filters }
}

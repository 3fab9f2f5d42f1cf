// What calls cost, as the api tells it. In: roll-up rows. Out: exact decimal dollars as text; null where calls were made and no
// cost is known: unpriced is not $0. The dashboards have the same rule (grafana/kit/usage.ts).
import { z } from 'zod'

export const COST = `
  case when coalesce(sum(unpriced_calls), 0) = 0 or sum(cost_usd) <> 0
       then trim_scale(coalesce(sum(cost_usd), 0))::text end as cost_usd`

export const COST_USD = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .nullable()
  .describe('US dollars, exact decimal; of the calls that have a price, null where none has one')

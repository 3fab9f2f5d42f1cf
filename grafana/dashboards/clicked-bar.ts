// The moments between which "Calls" looks: the bar that was clicked, else the range. In: the variables `at` and `bar_length`.
// Out: SQL.
import { DAYS_BEGIN, DAYS_END, HOURS_BEGIN, HOURS_END } from '../kit/ranges.ts'
import { ALL, HOUR_UNIT } from '../kit/usage.ts'

/** Length of the bar that was clicked, as the chart it is in has them. */
const LENGTH = `case '$bar_length' when 'auto' then ${HOUR_UNIT} else '$bar_length' end`
/** The bar around the moment that was clicked, in UTC; NULL without one. */
const BAR = `date_trunc(${LENGTH}, to_timestamp(nullif('$at', '')::float8 / 1000) at time zone 'UTC')`
// A bar has only what its chart's range touches: hours, or UTC days where it was made of the roll-up by the day.
const OF_HOURS = `'$bar_length' in ('auto', 'hour') and ${ALL} in ($deal_id)`
export const FROM = `case when '$at' = '' then $__timeFrom()::timestamptz
    else greatest(${BAR} at time zone 'UTC', case when ${OF_HOURS} then ${HOURS_BEGIN} else ${DAYS_BEGIN} end) end`
export const TO = `case when '$at' = '' then $__timeTo()::timestamptz
    else least((${BAR} + ('1 ' || ${LENGTH})::interval) at time zone 'UTC', case when ${OF_HOURS} then ${HOURS_END} else ${DAYS_END} end) end`

// Time ranges as the roll-ups have them, whole hours and whole UTC days, and places on a time axis. In: nothing. Out: SQL.

const FROM = '$__timeFrom()::timestamptz'
const TO = '$__timeTo()::timestamptz'
/** The end of a range belongs to what is before it: a range until midnight has nothing of the next day. */
const LAST_MOMENT = `${TO} - interval '1 millisecond'`
const atUtc = (day: string): string => `(${day})::timestamp at time zone 'UTC'`

/** A range with its parts: `first` to `end` is what it touches, `first` to `over` what of it is over, `before` to `first` as much right before. */
interface Parts {
  first: string
  end: string
  over: string
  before: string
}

const FIRST_HOUR = `date_trunc('hour', ${FROM}, 'UTC')`
const END_HOUR = `date_trunc('hour', ${LAST_MOMENT}, 'UTC') + interval '1 hour'`
const OVER_HOUR = `least(${END_HOUR}, date_trunc('hour', now(), 'UTC'))`
const HOUR_PARTS: Parts = {
  first: FIRST_HOUR,
  end: END_HOUR,
  over: OVER_HOUR,
  before: `${FIRST_HOUR} - make_interval(secs => extract(epoch from ${OVER_HOUR} - ${FIRST_HOUR}))`,
}

const FIRST_DAY = `(${FROM} at time zone 'UTC')::date`
const END_DAY = `((${LAST_MOMENT}) at time zone 'UTC')::date + 1`
const OVER_DAY = `least(${END_DAY}, (now() at time zone 'UTC')::date)`
const DAY_PARTS: Parts = {
  first: FIRST_DAY,
  end: END_DAY,
  over: OVER_DAY,
  before: `${FIRST_DAY} - (${OVER_DAY} - ${FIRST_DAY})`,
}

/** Conditions: buckets that the range touches, those of them that are over, and as many right before. */
interface Periods {
  touched: string
  over: string
  before: string
}

const periods = (column: 'hour' | 'day', { first, end, over, before }: Parts): Periods => ({
  touched: `${column} >= ${first} and ${column} < ${end}`,
  over: `${column} >= ${first} and ${column} < ${over}`,
  before: `${column} >= ${before} and ${column} < ${first}`,
})
export const HOURS = periods('hour', HOUR_PARTS)
export const DAYS = periods('day', DAY_PARTS)

/** Moments at which the touched hours, or the touched UTC days, begin and end. */
export const HOURS_BEGIN = FIRST_HOUR
export const HOURS_END = END_HOUR
export const DAYS_BEGIN = atUtc(FIRST_DAY)
export const DAYS_END = atUtc(END_DAY)
/** Rows with a time in the UTC days that the range touches. */
export const inWholeDays = (time: string): string => `${time} >= ${DAYS_BEGIN} and ${time} < ${DAYS_END}`

/** Whether any hour, or any UTC day, of the range is over. */
export const HOUR_IS_OVER = `${HOUR_PARTS.over} > ${FIRST_HOUR}`
export const DAY_IS_OVER = `${DAY_PARTS.over} > ${FIRST_DAY}`
/** Whether the ledger has lines of an organisation from before the earlier hours or days: else it lacks a part of them. */
const knownBefore = (start: string, of: string): string =>
  `exists (select from usage_hourly where ${of} and hour < ${start})`
export const HOURS_BEFORE_KNOWN = knownBefore(HOUR_PARTS.before, 'org_id in ($org_id)')
/** @param of condition on the organisation */
export const daysBeforeKnown = (of = 'org_id in ($org_id)'): string => knownBefore(atUtc(DAY_PARTS.before), of)

/** Whether the range is longer than `interval`. */
export const longerThan = (interval: string): string => `${TO} - ${FROM} > interval '${interval}'`

/**
 * Where a bucket stands on a time axis: in the middle of what the range shows of it. So none lies off the axis, and what is
 * clicked lies within it.
 * @param start of the bucket, a timestamptz
 * @param unit its length: `hour`, `day`, …, as SQL text
 */
export function middle(start: string, unit: string): string {
  const from = `greatest(${start}, ${FROM})`
  return `${from} + (least(${start} + ('1 ' || ${unit})::interval, ${TO}) - ${from}) / 2`
}

const ROWS_UNIT = `case when ${longerThan('8 days')} then 'day' when ${longerThan('12 hours')} then 'hour' else 'minute' end`
/** Bucket of rows with a time: minutes, hours, or days over longer ranges. */
export const timeBucket = (time: string, unit = ROWS_UNIT): string =>
  middle(`date_trunc(${unit}, ${time}, 'UTC')`, unit)

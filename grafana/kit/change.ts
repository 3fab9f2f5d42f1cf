// A figure of the range and how it changed against the time before. In: nothing. Out: SQL for statWithChange.
import { usdText } from './money.ts'
import { DAY_IS_OVER, daysBeforeKnown, HOUR_IS_OVER, HOURS_BEFORE_KNOWN } from './ranges.ts'
import { NO_DEAL_CHOSEN, USAGE, USAGE_BEFORE, USAGE_OVER } from './usage.ts'

/** With a plain space a big number breaks before its unit, and its second line is cut off. */
const NARROW_NO_BREAK_SPACE = '\u202f'

/** How changeOf compares. */
export const CHANGE =
  'The change sets the hours that are over against as many right before (UTC days when deals are chosen).'

/** The change as text, with its sign; without one, why there is none. */
const CHANGES = {
  percent: [
    'earlier.value = 0',
    `to_char(100 * (finished.value - earlier.value) / earlier.value, 'FMSG999999990.0') || '${NARROW_NO_BREAK_SPACE}%'`,
  ],
  points: ['false', `to_char(100 * (finished.value - earlier.value), 'FMSG990.0') || ' points'`],
} as const

/**
 * SQL for a figure of the range and its change: `now`, `change`. Compared are the hours of the range that are over with as
 * many right before. No row without calls.
 * @param change relative, or in points where the figure is a share
 * @param shown the figure as it is shown
 */
export function changeOf(
  figure: string,
  { change = 'percent', shown = 'whole.value' }: { change?: keyof typeof CHANGES; shown?: string } = {},
): string {
  const [incomparable, text] = CHANGES[change]
  return `
    with whole as (select ${figure} as value, sum(calls) as calls from ${USAGE}),
      finished as (select ${figure} as value from ${USAGE_OVER}),
      earlier as (select ${figure} as value from ${USAGE_BEFORE})
    select ${shown} as "now", case
        when not case when ${NO_DEAL_CHOSEN} then ${HOUR_IS_OVER} else ${DAY_IS_OVER} end then 'nothing over yet'
        when not case when ${NO_DEAL_CHOSEN} then ${HOURS_BEFORE_KNOWN} else ${daysBeforeKnown()} end then 'no earlier period'
        when finished.value is null or earlier.value is null or ${incomparable} then 'nothing to compare'
        else ${text} end as "change"
    from whole, finished, earlier
    where whole.calls > 0`
}
/** The same of money; unpriced where no cost is known. */
export const costChangeOf = (figure: string): string =>
  changeOf(figure, { shown: `coalesce(${usdText('whole.value')}, 'unpriced')` })

// The moment at which tests of dashboards look: the same in what they plant, in what they ask for and in the panels' SQL. So an
// hour or a day that ends meanwhile changes nothing. In: nothing. Out: half past three of this UTC day.

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** Start of the UTC day. */
export const TODAY = Math.floor(Date.now() / DAY_MS) * DAY_MS
/** Start of the running hour. */
export const THIS_HOUR = TODAY + 15 * HOUR_MS
export const NOW = THIS_HOUR + HOUR_MS / 2

/** SQL in which `now()` is that moment. */
export const atFixedNow = (sql: string): string => sql.replaceAll(/\bnow\(\)/g, `to_timestamp(${NOW / 1000})`)

// When an alert fires and when it stays silent, as data. In: nothing. Out: the types of the case tables, from which
// generate.ts writes tests/*.yml for promtool. Samples are 15 s apart.

/** Series in promtool's notation: name and labels → values. */
export type Series = Readonly<Record<string, string>>

export interface AlertCase {
  alert: string
  fires: {
    series: Series
    at: string
    /** Labels beside severity and topic. */
    labels: Readonly<Record<string, string>>
    /** It must still be silent here: just before `for` has passed, or before the cause. */
    notYetAt?: string
    /** Dashboard variables after the `?`, or nothing. */
    dashboard: string
  }
  silent: readonly { why: string; series: Series; at: readonly string[] }[]
}

// Links of a dashboard that lead to other dashboards. In: its model. Out: the same without some of them.

/** The model without data links to dashboards of these uids: whoever lacks one must not be sent there. */
export function withoutLinksTo<T>(value: T, uids: ReadonlySet<string>): T {
  const leads = (item: unknown): boolean => {
    const url = (item as { url?: unknown } | null)?.url
    return typeof url === 'string' && uids.has(/^\/d\/([^/?]+)/.exec(url)?.[1] ?? '')
  }
  if (Array.isArray(value)) return value.filter((item) => !leads(item)).map((item) => withoutLinksTo(item, uids)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutLinksTo(item, uids)])) as T
}

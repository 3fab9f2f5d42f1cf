// Which data sources a dashboard asks. In: its model. Out: their uids; variables and Grafana's own (`-- … --`) aside.

/** Uids that queries, variables and annotations name. */
export function dataSourceUids(value: unknown, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(value)) for (const item of value) dataSourceUids(item, found)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      const uid = key === 'datasource' ? (item as { uid?: unknown } | null)?.uid : undefined
      if (typeof uid === 'string' && !/^\$|^--|^grafana$/.test(uid)) found.add(uid)
      dataSourceUids(item, found)
    }
  }
  return found
}

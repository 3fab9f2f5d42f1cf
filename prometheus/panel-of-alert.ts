// Which panel plots an alert. In: the generated dashboards, whose panels name their alerts. Out: the panel's key in links.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DashboardLink } from './alert-rule.ts'

const GENERATED = join(import.meta.dirname, '../grafana/generated')

interface Panel {
  id?: number
  description?: string
  panels?: Panel[]
}

/** The last line of a panel's description, as grafana/kit writes it. */
export const alertsOfPanel = ({ description = '' }: Pick<Panel, 'description'>): string[] =>
  /\n\nAlerts: (.+)\.$/.exec(description)?.[1]?.split(', ') ?? []

/** @returns for example `panel-7`. @throws Error when not exactly one panel of the dashboard names the alert. */
export function panelOfAlert(alert: string, uid: DashboardLink['uid']): string {
  const { panels } = JSON.parse(readFileSync(join(GENERATED, `${uid}.json`), 'utf8')) as { panels: Panel[] }
  const found = panels
    .flatMap((panel) => [panel, ...(panel.panels ?? [])])
    .filter((panel) => alertsOfPanel(panel).includes(alert))
  if (found.length !== 1)
    throw new Error(
      `${found.length} panels of dashboard ${uid} name ${alert}; one must (grafana/dashboards, then grafana/build.ts)`,
    )
  return `panel-${found[0]?.id}`
}

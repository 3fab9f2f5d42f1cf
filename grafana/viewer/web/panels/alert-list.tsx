// Alerts that Prometheus has now: firing first. In: the rules of the default Prometheus data source. Out: a list, each with
// its summary and links to runbook and dashboard.
import { css } from '@emotion/css'
import { dateTimeFormat, type GrafanaTheme2, type PanelProps } from '@grafana/data'
import { useStyles2, useTheme2 } from '@grafana/ui'
import { useEffect, useState } from 'react'
import { getJson } from '../api.ts'
import { dataSourceOfType } from '../query.ts'
import { createPanel } from './plugin.ts'

interface Options {
  alertName?: string
  maxItems?: number
  stateFilter?: { firing?: boolean; pending?: boolean }
}

interface Alert {
  labels: Record<string, string>
  annotations: Record<string, string>
  state: 'firing' | 'pending'
  activeAt: string
}

type Loaded = { kind: 'loading' } | { kind: 'failed'; message: string } | { kind: 'alerts'; alerts: Alert[] }

function AlertListPanel(props: PanelProps<Options>) {
  const { options, width, height, timeRange } = props
  const styles = useStyles2(getStyles)
  const { getColorByName } = useTheme2().visualization
  const [loaded, setLoaded] = useState<Loaded>({ kind: 'loading' })
  const refreshed = timeRange.to.valueOf()
  // biome-ignore lint/correctness/useExhaustiveDependencies: each refresh of the dashboard moves the range's end
  useEffect(() => {
    loadAlerts().then(
      (alerts) => setLoaded({ kind: 'alerts', alerts }),
      (error: Error) => setLoaded({ kind: 'failed', message: error.message }),
    )
  }, [refreshed])
  if (loaded.kind === 'failed') return <p role="alert">{loaded.message}</p>
  const { firing = true, pending = true } = options.stateFilter ?? {}
  const found = (loaded.kind === 'alerts' ? loaded.alerts : [])
    .filter(({ state }) => (state === 'firing' ? firing : pending))
    .filter(({ labels }) => (labels.alertname ?? '').includes(props.replaceVariables(options.alertName ?? '')))
    // A dead man's switch fires always: it says nothing about trouble.
    .filter(({ labels }) => labels.alertname !== 'Watchdog')
    .sort((a, b) => a.state.localeCompare(b.state) || b.activeAt.localeCompare(a.activeAt))
    .slice(0, options.maxItems ?? 20)
  return (
    <ul className={styles.list} style={{ width, height }}>
      {loaded.kind === 'alerts' && found.length === 0 && (
        <li>{props.fieldConfig.defaults.noValue ?? 'No alert is firing'}</li>
      )}
      {found.map(({ labels, annotations, state, activeAt }) => (
        <li key={JSON.stringify(labels)} className={styles.alert}>
          <b style={{ color: getColorByName(state === 'firing' ? 'red' : 'orange') }}>{state}</b> {labels.alertname}{' '}
          <span className={styles.muted}>
            {[labels.severity, labels.org_id].filter(Boolean).join(' · ')} since {dateTimeFormat(activeAt)}
          </span>
          <div>{annotations.summary}</div>
          {annotations.runbook_url && <a href={annotations.runbook_url}>Runbook</a>}{' '}
          {annotations.dashboard_url && <a href={annotations.dashboard_url}>Dashboard</a>}
        </li>
      ))}
    </ul>
  )
}

async function loadAlerts(): Promise<Alert[]> {
  const uid = await dataSourceOfType('prometheus')
  if (!uid) throw new Error('This organisation has no Prometheus, and so no alerts here.')
  const { data } = await getJson<{ data: { alerts: Alert[] } }>(
    `/api/prometheus/${encodeURIComponent(uid)}/api/v1/alerts`,
  )
  return data.alerts
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({ listStyle: 'none', margin: 0, padding: 4, overflow: 'auto' }),
  alert: css({
    padding: theme.spacing(0.75, 0),
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    a: { color: theme.colors.text.link },
  }),
  muted: css({ color: theme.colors.text.secondary }),
})

export const alertListPanel = createPanel({ component: AlertListPanel })

// Explore. In: Grafana's `panes` parameter with a Tempo query: a trace id, or TraceQL. Out: the trace with its logs and
// ledger lines, or the traces found.
import { css } from '@emotion/css'
import { dateMath, dateTimeFormat, type GrafanaTheme2 } from '@grafana/data'
import { useStyles2 } from '@grafana/ui'
import { useEffect, useState } from 'react'
import { Link } from 'react-router-dom'
import { runQuery, toRows } from '../query.ts'
import { buildTrace, formatMs, type SpanRow, type Trace } from './trace-model.ts'
import { TraceRows } from './trace-rows.tsx'
import { exploreTraceUrl } from './trace-url.ts'
import { TraceView } from './trace-view.tsx'

interface Pane {
  datasource?: string
  queries?: { query?: string; datasource?: { uid?: string; type?: string } }[]
  range?: { from?: string; to?: string }
}

type Loaded =
  | { kind: 'failed'; message: string }
  | { kind: 'trace'; trace: Trace }
  | { kind: 'found'; uid: string; rows: Record<string, unknown>[] }

export function ExplorePage({ search }: { search: string }) {
  const styles = useStyles2(getStyles)
  const [loaded, setLoaded] = useState<Loaded>()
  const [selected, setSelected] = useState<string>()
  useEffect(() => {
    let wanted = true
    setLoaded(undefined)
    load(search)
      .catch((error: Error): Loaded => ({ kind: 'failed', message: error.message }))
      .then((result) => wanted && setLoaded(result))
    return () => {
      wanted = false
    }
  }, [search])
  return (
    <main className={styles.page}>
      {!loaded && <p>Loading …</p>}
      {loaded?.kind === 'failed' && <p role="alert">{loaded.message}</p>}
      {loaded?.kind === 'found' && <Found {...loaded} />}
      {loaded?.kind === 'trace' && (
        <>
          <TraceView trace={loaded.trace} selected={selected} onSelect={setSelected} />
          <TraceRows trace={loaded.trace} onSelect={setSelected} />
        </>
      )}
    </main>
  )
}

async function load(search: string): Promise<Loaded> {
  const pane = firstPane(new URLSearchParams(search))
  const [query] = pane.queries ?? []
  const uid = query?.datasource?.uid ?? pane.datasource
  if (!uid || query?.query === undefined) {
    throw new Error('The viewer explores traces only: the URL names no Tempo query in `panes`.')
  }
  const fromMs = Number(dateMath.parse(pane.range?.from ?? 'now-24h')?.valueOf())
  const toMs = Number(dateMath.parse(pane.range?.to ?? 'now', true)?.valueOf())
  const [frame] = await runQuery(uid, { query: query.query, queryType: 'traceql' }, { fromMs, toMs })
  const rows = toRows(frame)
  if (frame?.meta?.preferredVisualisationType !== 'trace') return { kind: 'found', uid, rows }
  document.title = `Trace ${query.query} - Spanledger`
  return { kind: 'trace', trace: buildTrace(rows as unknown as SpanRow[]) }
}

/** Grafana's `panes` is JSON by pane; the older `left` held one pane. */
function firstPane(params: URLSearchParams): Pane {
  try {
    const panes = JSON.parse(params.get('panes') ?? '{}') as Record<string, Pane>
    return Object.values(panes)[0] ?? (JSON.parse(params.get('left') ?? '{}') as Pane)
  } catch {
    throw new Error('The URL holds no readable `panes`.')
  }
}

function Found({ uid, rows }: { uid: string; rows: Record<string, unknown>[] }) {
  if (rows.length === 0) return <p>No trace matches in this range.</p>
  return (
    <ul>
      {rows.map((row) => (
        <li key={String(row.traceID)}>
          <Link to={exploreTraceUrl(uid, String(row.traceID))}>
            {String(row.traceService)}: {String(row.traceName)}
          </Link>{' '}
          {dateTimeFormat(row.startTime as number)} · {formatMs(Number(row.traceDuration ?? 0))} · {String(row.traceID)}
        </li>
      ))}
    </ul>
  )
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({
    padding: theme.spacing(2),
    display: 'grid',
    gap: theme.spacing(2),
    gridTemplateColumns: 'minmax(0, 1fr)',
    a: { color: theme.colors.text.link },
  }),
})

// What the ledger holds about a trace: its log records, and the lines that were booked for its model calls.
import { css } from '@emotion/css'
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data'
import { useStyles2 } from '@grafana/ui'
import { useEffect, useState } from 'react'
import { dataSourceOfType, runQuery, toRows } from '../query.ts'
import type { Trace } from './trace-model.ts'

type Row = Record<string, unknown>
type Result = { kind: 'loading' } | { kind: 'failed'; message: string } | { kind: 'rows'; rows: Row[] }

const HOUR_MS = 3_600_000

// Exact money: the sums stay text all the way. `trace` is hexadecimal, so it needs no quoting.
const LEDGER_LINES = (trace: string) => `
  select created_at as "time", line_kind as line, provider, model, operation, status, input_tokens as "input tokens",
    output_tokens as "output tokens", coalesce(trim_scale(cost_usd)::text, price_status) as "cost, USD", span_id as span
  from llm_usage where trace_id = '${trace}' and $__timeFilter(created_at)
  order by created_at, span_id, revision limit 500`
const LOGS = (trace: string) => `
  select time, level, service_name as service, body as message, span_id as span
  from structured_logs where trace_id = '${trace}' and $__timeFilter(time) order by time limit 500`
const RUNS = (trace: string) => `
  select created_at as "time", feature_name as feature, status, deal_id as deal, user_id as "user",
    round(duration_ms::numeric, 1)::text as "duration, ms", error_message as error, span_id as span
  from feature_usage where trace_id = '${trace}' and $__timeFilter(created_at) order by created_at limit 100`

export function TraceRows({ trace, onSelect }: { trace: Trace; onSelect: (spanId: string) => void }) {
  const sections = [
    { title: 'Ledger lines', sql: LEDGER_LINES, empty: 'No model call of this trace is booked.' },
    { title: 'Feature runs', sql: RUNS, empty: 'No feature run in this trace.' },
    { title: 'Logs', sql: LOGS, empty: 'No log record carries this trace id.' },
  ]
  return sections.map(({ title, sql, empty }) => (
    <Rows key={title} title={title} sql={sql(trace.traceId)} trace={trace} empty={empty} onSelect={onSelect} />
  ))
}

interface RowsProps {
  title: string
  sql: string
  trace: Trace
  empty: string
  onSelect: (spanId: string) => void
}

function Rows({ title, sql, trace, empty, onSelect }: RowsProps) {
  const styles = useStyles2(getStyles)
  const [result, setResult] = useState<Result>({ kind: 'loading' })
  const { startMs, durationMs } = trace
  useEffect(() => {
    // A record may be stamped a little outside the spans' time.
    const range = { fromMs: startMs - HOUR_MS, toMs: startMs + durationMs + HOUR_MS }
    loadRows(sql, range).then(
      (rows) => setResult({ kind: 'rows', rows }),
      (error: Error) => setResult({ kind: 'failed', message: error.message }),
    )
  }, [sql, startMs, durationMs])
  const known = new Set(trace.spans.map((span) => span.spanID))
  return (
    <section>
      <h4>{title}</h4>
      {result.kind === 'loading' && <p>Loading …</p>}
      {result.kind === 'failed' && <p role="alert">{result.message}</p>}
      {result.kind === 'rows' && result.rows.length === 0 && <p className={styles.muted}>{empty}</p>}
      {result.kind === 'rows' && result.rows.length > 0 && (
        <div className={styles.scroll}>
          <table className={styles.table}>
            <thead>
              <tr>
                {Object.keys(result.rows[0] ?? {}).map((name) => (
                  <th key={name}>{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {result.rows.map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows are shown as answered and never reordered
                <tr key={index}>
                  {Object.entries(row).map(([name, value]) => (
                    <td key={name}>
                      {name === 'span' && known.has(String(value)) ? (
                        <button type="button" className={styles.link} onClick={() => onSelect(String(value))}>
                          {String(value)}
                        </button>
                      ) : (
                        show(name, value)
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

async function loadRows(sql: string, range: { fromMs: number; toMs: number }): Promise<Row[]> {
  const uid = await dataSourceOfType('grafana-postgresql-datasource')
  if (!uid) throw new Error('no Postgres data source is provisioned')
  const [frame] = await runQuery(uid, { rawSql: sql, format: 'table' }, range)
  return toRows(frame)
}

const show = (name: string, value: unknown): string =>
  name === 'time' ? dateTimeFormat(value as number, { defaultWithMS: true }) : String(value ?? '')

const getStyles = (theme: GrafanaTheme2) => ({
  muted: css({ color: theme.colors.text.secondary }),
  scroll: css({ overflowX: 'auto' }),
  table: css({
    width: '100%',
    fontSize: theme.typography.bodySmall.fontSize,
    'th, td': { padding: '4px 12px 4px 0', textAlign: 'left', borderBottom: `1px solid ${theme.colors.border.weak}` },
    th: { color: theme.colors.text.secondary, fontWeight: 400 },
    td: { overflowWrap: 'anywhere', verticalAlign: 'top' },
  }),
  link: css({ background: 'none', border: 0, padding: 0, font: 'inherit', color: theme.colors.text.link }),
})

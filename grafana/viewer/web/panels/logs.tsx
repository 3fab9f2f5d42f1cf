// Log lines, newest first or last, with their level as a coloured edge. A click shows a line's other columns.
import { css } from '@emotion/css'
import { type DataFrame, dateTimeFormat, FieldType, type GrafanaTheme2, type PanelProps } from '@grafana/data'
import { useStyles2, useTheme2 } from '@grafana/ui'
import { Empty, hasValues } from './empty.tsx'
import { createPanel } from './plugin.ts'

interface Options {
  showTime?: boolean
  wrapLogMessage?: boolean
  sortOrder?: 'Ascending' | 'Descending'
}

interface Line {
  key: string
  timeMs: number | undefined
  level: string
  text: string
  /** Columns beside time, level and text, with their links. */
  rest: { name: string; text: string; href: string | undefined }[]
}

const LEVEL_COLORS: Record<string, string> = {
  critical: 'purple',
  fatal: 'purple',
  error: 'red',
  warn: 'orange',
  warning: 'orange',
  info: 'green',
  debug: 'blue',
  trace: 'light-blue',
}

function LogsPanel(props: PanelProps<Options>) {
  const styles = useStyles2(getStyles)
  const { getColorByName } = useTheme2().visualization
  if (!hasValues(props)) return <Empty {...props} />
  const { data, options, timeZone, width, height } = props
  const direction = options.sortOrder === 'Ascending' ? 1 : -1
  const lines = data.series.flatMap(toLines).sort((a, b) => direction * ((a.timeMs ?? 0) - (b.timeMs ?? 0)))
  return (
    <div className={styles.lines} style={{ width, height }}>
      {lines.map((line) => (
        <details key={line.key} className={styles.line}>
          <summary
            className={styles.summary}
            style={{
              borderLeftColor: getColorByName(LEVEL_COLORS[line.level.toLowerCase()] ?? 'gray'),
              whiteSpace: options.wrapLogMessage ? 'pre-wrap' : 'nowrap',
            }}
          >
            {options.showTime !== false && line.timeMs !== undefined && (
              <span className={styles.muted}>{dateTimeFormat(line.timeMs, { timeZone, defaultWithMS: true })} </span>
            )}
            {line.level && <span className={styles.muted}>{line.level} </span>}
            {line.text}
          </summary>
          <dl className={styles.rest}>
            {line.rest.map(({ name, text, href }) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{href ? <a href={href}>{text}</a> : text}</dd>
              </div>
            ))}
          </dl>
        </details>
      ))}
    </div>
  )
}

/** Which column is what goes by name and type, as in Grafana: the first time, `level`, and the text that is left. */
function toLines(frame: DataFrame, frameIndex: number): Line[] {
  const named = (...names: string[]) => frame.fields.find(({ name }) => names.includes(name.toLowerCase()))
  const time = frame.fields.find(({ type }) => type === FieldType.time)
  const level = named('level', 'severity')
  const text =
    named('body', 'line', 'message') ?? frame.fields.find((field) => field.type === FieldType.string && field !== level)
  const rest = frame.fields.filter((field) => ![time, level, text].includes(field))
  return Array.from({ length: frame.length }, (_, row) => ({
    key: `${frameIndex}-${row}`,
    timeMs: time?.values[row],
    level: String(level?.values[row] ?? ''),
    text: String(text?.values[row] ?? ''),
    rest: rest
      .filter((field) => field.values[row] !== null && field.values[row] !== '')
      .map((field) => ({
        name: field.name,
        text: String(field.values[row]),
        href: field.getLinks?.({ valueRowIndex: row })[0]?.href,
      })),
  }))
}

const getStyles = (theme: GrafanaTheme2) => ({
  lines: css({ overflow: 'auto', fontFamily: theme.typography.fontFamilyMonospace, fontSize: 12 }),
  line: css({ '&:hover': { background: theme.colors.action.hover } }),
  summary: css({ borderLeft: '3px solid', padding: '2px 8px', cursor: 'pointer', listStyle: 'none' }),
  muted: css({ color: theme.colors.text.secondary }),
  rest: css({
    margin: 0,
    padding: theme.spacing(0.5, 2, 1, 3),
    '& > div': { display: 'grid', gridTemplateColumns: '180px 1fr' },
    dt: { color: theme.colors.text.secondary, fontWeight: 400 },
    dd: { margin: 0, overflowWrap: 'anywhere' },
  }),
})

export const logsPanel = createPanel({ component: LogsPanel })

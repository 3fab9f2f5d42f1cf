// Spans of one trace under each other, as bars on one time axis. A click shows a span's details.
import { css, cx } from '@emotion/css'
import type { GrafanaTheme2 } from '@grafana/data'
import { Icon, useStyles2, useTheme2 } from '@grafana/ui'
import { useState } from 'react'
import { SpanDetails } from './span-details.tsx'
import { type DrawnSpan, formatMs, type Trace, visibleSpans } from './trace-model.ts'

const TICKS = [0, 0.25, 0.5, 0.75, 1]
const INDENT_PX = 14

interface Props {
  trace: Trace
  selected: string | undefined
  onSelect: (spanId: string | undefined) => void
}

export function Waterfall({ trace, selected, onSelect }: Props) {
  const styles = useStyles2(getStyles)
  const { palette, getColorByName } = useTheme2().visualization
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set())
  const toggle = (id: string) => {
    const next = new Set(folded)
    if (!next.delete(id)) next.add(id)
    setFolded(next)
  }
  const colorOf = (service: string) =>
    getColorByName(palette[trace.services.indexOf(service) % palette.length] ?? 'gray')
  return (
    <div className={styles.waterfall} role="tree" aria-label="Spans">
      <div className={styles.row}>
        <span className={styles.muted}>Service and span</span>
        <div className={styles.track}>
          {TICKS.map((tick) => (
            <span key={tick} data-tick className={styles.tick} style={tickStyle(tick)}>
              {formatMs(trace.durationMs * tick)}
            </span>
          ))}
        </div>
      </div>
      {visibleSpans(trace, folded).map((span) => (
        <div key={span.spanID} role="treeitem" aria-selected={span.spanID === selected} tabIndex={-1}>
          <div className={cx(styles.row, styles.span, span.spanID === selected && styles.selected)}>
            <div className={styles.name} style={{ paddingLeft: Math.min(span.depth, 12) * INDENT_PX }}>
              <button
                type="button"
                className={styles.plain}
                style={{ visibility: span.childCount > 0 ? 'visible' : 'hidden' }}
                aria-label={folded.has(span.spanID) ? 'Unfold' : 'Fold'}
                onClick={() => toggle(span.spanID)}
              >
                <Icon name={folded.has(span.spanID) ? 'angle-right' : 'angle-down'} />
              </button>
              <button
                type="button"
                className={cx(styles.plain, styles.label)}
                title={`${span.serviceName}: ${span.operationName}`}
                onClick={() => onSelect(span.spanID === selected ? undefined : span.spanID)}
              >
                <b style={{ borderLeft: `4px solid ${colorOf(span.serviceName)}`, paddingLeft: 6 }}>
                  {span.serviceName}
                </b>{' '}
                {span.statusCode === 2 && <Icon name="exclamation-circle" className={styles.error} />}{' '}
                {span.operationName}
              </button>
            </div>
            <Bar span={span} trace={trace} color={colorOf(span.serviceName)} onClick={onSelect} />
          </div>
          {span.spanID === selected && <SpanDetails span={span} />}
        </div>
      ))}
    </div>
  )
}

const tickStyle = (tick: number) => ({ left: `${tick * 100}%`, transform: `translateX(${tick * -100}%)` })

/** The duration stands right of a bar while there is room, else left of it. */
function Bar(props: { span: DrawnSpan; trace: Trace; color: string; onClick: (id: string) => void }) {
  const styles = useStyles2(getStyles)
  const { getContrastText } = useTheme2().colors
  const { span, trace, color } = props
  const total = trace.durationMs || 1
  const left = (span.offsetMs / total) * 100
  const width = Math.max((span.duration / total) * 100, 0.2)
  const label = left + width < 82 ? { left: `calc(${left + width}% + 6px)` } : { right: `calc(${100 - left}% + 6px)` }
  const inside = left + width >= 82 && left < 18
  return (
    <div className={styles.track} aria-hidden onClick={() => props.onClick(span.spanID)}>
      <span className={styles.bar} style={{ left: `${left}%`, width: `${width}%`, background: color }} />
      {span.logs.map((event) => (
        <span
          key={`${event.timestamp}-${event.name}`}
          className={styles.event}
          title={event.name}
          style={{ left: `${Math.min(100, ((event.timestamp - trace.startMs) / total) * 100)}%` }}
        />
      ))}
      <span
        className={styles.duration}
        style={inside ? { right: `calc(${100 - left - width}% + 6px)`, color: getContrastText(color) } : label}
      >
        {formatMs(span.duration)}
      </span>
    </div>
  )
}

const getStyles = (theme: GrafanaTheme2) => ({
  waterfall: css({ border: `1px solid ${theme.colors.border.weak}`, borderRadius: theme.shape.radius.default }),
  row: css({
    display: 'grid',
    gridTemplateColumns: 'minmax(min(260px, 50%), 36%) 1fr',
    alignItems: 'center',
    height: 28,
    padding: '0 8px',
  }),
  span: css({
    borderTop: `1px solid ${theme.colors.border.weak}`,
    '&:hover': { background: theme.colors.action.hover },
  }),
  selected: css({ background: theme.colors.action.selected }),
  muted: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  name: css({ display: 'flex', alignItems: 'center', minWidth: 0 }),
  plain: css({ background: 'none', border: 0, padding: 0, color: 'inherit', textAlign: 'left' }),
  label: css({ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', minWidth: 0, flexGrow: 1 }),
  error: css({ color: theme.colors.error.text }),
  track: css({
    position: 'relative',
    height: '100%',
    marginRight: 8,
    containerType: 'inline-size',
    // Five times in a narrow panel would run into each other.
    '@container (max-width: 330px)': { '& > [data-tick]:not(:first-child, :last-child)': { display: 'none' } },
  }),
  tick: css({ position: 'absolute', top: 6, fontSize: 11, color: theme.colors.text.secondary, whiteSpace: 'nowrap' }),
  bar: css({ position: 'absolute', top: 8, height: 12, borderRadius: 2, minWidth: 2 }),
  event: css({ position: 'absolute', top: 5, width: 2, height: 18, background: theme.colors.text.primary }),
  duration: css({
    position: 'absolute',
    top: 6,
    fontSize: 11,
    color: theme.colors.text.secondary,
    whiteSpace: 'nowrap',
  }),
})

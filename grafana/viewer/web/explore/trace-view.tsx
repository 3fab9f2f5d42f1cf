// One trace: what it was, how long, how many spans and errors, and the waterfall.
import { css } from '@emotion/css'
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data'
import { useStyles2 } from '@grafana/ui'
import { counted, formatMs, type Trace } from './trace-model.ts'
import { Waterfall } from './waterfall.tsx'

interface Props {
  trace: Trace
  selected: string | undefined
  onSelect: (spanId: string | undefined) => void
}

export function TraceView({ trace, selected, onSelect }: Props) {
  const styles = useStyles2(getStyles)
  const [root] = trace.spans
  return (
    <>
      <header>
        <h3 className={styles.title}>
          {root?.serviceName}: {root?.operationName}
        </h3>
        <p className={styles.facts}>
          {dateTimeFormat(trace.startMs, { defaultWithMS: true })} · {formatMs(trace.durationMs)} ·{' '}
          {counted(trace.spans.length, 'span')} · {counted(trace.services.length, 'service')} ·{' '}
          <span className={trace.errors > 0 ? styles.error : ''}>{counted(trace.errors, 'error')}</span> · trace{' '}
          {trace.traceId}
        </p>
      </header>
      <Waterfall trace={trace} selected={selected} onSelect={onSelect} />
    </>
  )
}

const getStyles = (theme: GrafanaTheme2) => ({
  title: css({ margin: 0 }),
  facts: css({ color: theme.colors.text.secondary, overflowWrap: 'anywhere' }),
  error: css({ color: theme.colors.error.text }),
})

// What one span says: whose call it was, its attributes, its events, its links.
import { css } from '@emotion/css'
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data'
import { useStyles2 } from '@grafana/ui'
import { type DrawnSpan, formatMs, groupAttributes, type Pair, showValue } from './trace-model.ts'
import { exploreTraceUrl } from './trace-url.ts'

export function SpanDetails({ span }: { span: DrawnSpan }) {
  const styles = useStyles2(getStyles)
  const facts: Pair[] = [
    { key: 'start', value: dateTimeFormat(span.startTime, { defaultWithMS: true }) },
    { key: 'duration', value: formatMs(span.duration) },
    { key: 'kind', value: span.kind || 'unspecified' },
    { key: 'span id', value: span.spanID },
    ...(span.statusCode === 2 ? [{ key: 'error', value: span.statusMessage || 'yes, without a message' }] : []),
  ]
  return (
    <div className={styles.details} data-testid="span-details">
      <Pairs title="Span" pairs={facts} />
      {groupAttributes(span.tags).map(({ title, pairs }) => (
        <Pairs key={title} title={title} pairs={pairs} />
      ))}
      <Pairs title="Resource" pairs={span.serviceTags} />
      {span.logs.map((event) => (
        <Pairs
          key={`${event.timestamp}-${event.name}`}
          title={`Event ${event.name ?? ''} after ${formatMs(event.timestamp - span.startTime)}`}
          pairs={event.fields}
        />
      ))}
      {(span.references ?? []).map((link) => (
        <p key={link.spanID}>
          Linked to span {link.spanID} of <a href={exploreTraceUrl('tempo', link.traceID)}>trace {link.traceID}</a>
        </p>
      ))}
    </div>
  )
}

function Pairs({ title, pairs }: { title: string; pairs: Pair[] }) {
  const styles = useStyles2(getStyles)
  return (
    <section className={styles.group}>
      <h6>{title}</h6>
      <dl className={styles.pairs}>
        {pairs.map(({ key, value }) => (
          <div key={key} className={styles.pair}>
            <dt>{key}</dt>
            <dd>{showValue(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

const getStyles = (theme: GrafanaTheme2) => ({
  details: css({
    padding: theme.spacing(1, 2, 2, 4),
    background: theme.colors.background.secondary,
    columns: '380px',
    columnGap: theme.spacing(4),
  }),
  group: css({ breakInside: 'avoid', paddingTop: theme.spacing(1) }),
  pairs: css({ margin: 0, fontSize: theme.typography.bodySmall.fontSize }),
  pair: css({
    display: 'grid',
    gridTemplateColumns: '45% 1fr',
    gap: 8,
    dt: { color: theme.colors.text.secondary, fontWeight: 400, overflowWrap: 'anywhere' },
    dd: { margin: 0, fontFamily: theme.typography.fontFamilyMonospace, overflowWrap: 'anywhere' },
  }),
})

// All spans of one trace. In: a client, organisations, a trace id. Out: rows in order of start; JSON columns as text.
import type { Client } from '../../shared/pg.ts'
import type { SpanRow } from './otlp-trace.ts'
import { unixNano } from './search.ts'

/** More than this would not be drawn by anything. */
const MAX_SPANS = 50_000

export async function selectTrace(client: Client, orgIds: string[], traceId: string): Promise<SpanRow[]> {
  const { rows } = await client.query<SpanRow>(
    `select s.org_id, s.trace_id, s.span_id, s.parent_span_id, s.name, s.kind, s.status_code, s.status_message,
            ${unixNano('s')}::text as start_unix_nano, (${unixNano('s')}::numeric + s.duration_ns)::text as end_unix_nano,
            s.service_name, s.deal_id, s.user_id, s.session_id, s.feature, s.department, s.agent_id, s.environment, s.intent,
            s.segment, s.scope_name, s.scope_version, s.attributes::text, s.resource::text, s.events::text, s.links::text
       from trace_spans s
      where s.org_id = any($1::text[]) and s.trace_id = $2
      order by s.start_time, s.start_nanos, s.span_id limit ${MAX_SPANS}`,
    [orgIds, traceId],
  )
  return rows
}

// Reads the spans of a trace. In: a client bound to the organisation, a trace id, a page. Out: spans by start, and their number.
import type { Client } from '../../shared/pg.ts'
import type { Page } from '../http/paging.ts'
import { selectPage } from '../http/select-page.ts'

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const
const STATUSES = ['unset', 'ok', 'error'] as const

type Row = Record<string, unknown> & { kind: number; status: number }

export async function selectSpans(client: Client, orgId: string, traceId: string, page: Page) {
  const { rows, total } = await selectPage<Row>(client, { sql: SELECT, values: [orgId, traceId] }, page)
  const spans = rows.map(({ kind, status, ...row }) => ({
    ...row,
    kind: KINDS[kind] ?? 'unspecified',
    status: STATUSES[status] ?? 'unset',
  }))
  return { spans, total }
}

// The organisation is named although row-level security filters by it as well: the planner needs it for the key.
const SELECT = `
  select span_id, nullif(parent_span_id, '') as parent_span_id, name, kind,
         to_char(start_time at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || lpad(start_nanos::text, 3, '0') || 'Z' as start_time,
         duration_ns::text as duration_ns, status_code as status, nullif(status_message, '') as status_message, nullif(service_name, '') as service_name,
         nullif(deal_id, '') as deal_id, nullif(user_id, '') as user_id, nullif(session_id, '') as session_id,
         nullif(feature, '') as feature, nullif(department, '') as department, nullif(agent_id, '') as agent_id,
         nullif(environment, '') as environment, nullif(version, '') as version,
         nullif(scope_name, '') as scope_name, nullif(scope_version, '') as scope_version,
         attributes, resource, events, links, count(*) over () as total
    from trace_spans
   where org_id = $1 and trace_id = $2
   order by start_time, start_nanos, span_id`

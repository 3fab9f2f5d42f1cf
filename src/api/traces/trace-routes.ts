// One trace. In: a trace id. Out: its spans in order of start, as the ledger keeps them; 404 when the organisation has none.
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import { type Pool, withOrg } from '../../shared/pg.ts'
import { pageMeta, pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { selectSpans } from './select-spans.ts'

export const TRACE_ID = z
  .string()
  .regex(/^[0-9a-fA-F]{1,32}$/, 'not a trace id (32 hex digits)')
  // Grafana and Jaeger drop leading zeros.
  .transform((id) => id.toLowerCase().padStart(32, '0'))

const SPAN = z
  .object({
    span_id: z.string(),
    parent_span_id: z.string().nullable(),
    name: z.string(),
    kind: z.enum(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']),
    start_time: z.string().describe('RFC 3339 with nanoseconds'),
    duration_ns: z.string().describe('whole nanoseconds'),
    status: z.enum(['unset', 'ok', 'error']),
    status_message: z.string().nullable(),
    service_name: z.string().nullable(),
    deal_id: z.string().nullable(),
    user_id: z.string().nullable(),
    session_id: z.string().nullable(),
    feature: z.string().nullable(),
    department: z.string().nullable(),
    agent_id: z.string().nullable(),
    environment: z.string().nullable(),
    version: z.string().nullable(),
    scope_name: z.string().nullable(),
    scope_version: z.string().nullable(),
    attributes: z.unknown(),
    resource: z.unknown(),
    events: z.unknown(),
    links: z.unknown(),
  })
  .strict()

const TRACE = z.object({ trace_id: z.string(), org_id: z.string(), spans: z.array(SPAN) }).strict()

export function traceRoutes(pool: Pool): AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/traces/{trace_id}',
      operationId: 'getTrace',
      summary: 'The spans of a trace',
      tag: 'traces',
      access: 'member',
      params: z.object({ trace_id: TRACE_ID }),
      query: z.object(pageQuery(1000)),
      data: TRACE,
      async handle({ params, query, orgId }) {
        const { spans, total } = await withOrg(pool, orgId, (client) =>
          selectSpans(client, orgId, params.trace_id, query),
        )
        if (total === 0) throw new AppError('not_found', `no trace ${params.trace_id} in organisation ${orgId}`)
        return {
          data: { trace_id: params.trace_id, org_id: orgId, spans },
          meta: pageMeta(query, total),
          filtersApplied: { organization_id: orgId, trace_id: params.trace_id },
        }
      },
    }),
  ]
}

// Tempo's read API over the ledger, as Grafana's Tempo data source calls it. In: HTTP with credentials that say which
// organisation. Out: Tempo's own shapes, protobuf or JSON. Beyond the documented subset: 400 with the reason.
import { readFileSync } from 'node:fs'
import type { Express, Request, Response } from 'express'
import protobuf from 'protobufjs'
import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { AppError } from '../../shared/errors.ts'
import { TRACE_ID } from '../traces/trace-routes.ts'
import { mountTempoMetrics } from './metrics-routes.ts'
import { toResourceSpans } from './otlp-trace.ts'
import { parseQuery, RANGE, rangeOf } from './range.ts'
import type { TempoReaders } from './readers.ts'
import { searchTraces } from './search.ts'
import { selectTrace } from './select-trace.ts'
import { tagNames, tagValues } from './tags.ts'
import { parseTraceql } from './traceql.ts'
import { parseDuration } from './traceql-tokens.ts'
import type { Condition } from './traceql-tree.ts'

const duration = z
  .string()
  .optional()
  .transform((text) => (text ? parseDuration(text) / 1e6 : undefined))
  .refine((ms) => ms === undefined || Number.isFinite(ms), 'not a duration like 100ms or 1.5s')
const SEARCH = z.object({
  ...RANGE.shape,
  q: z.string().max(10_000).default('{}'),
  tags: z.string().max(10_000).default(''),
  limit: z.coerce.number().int().min(1).max(1000).default(20),
  spss: z.coerce.number().int().min(0).max(100).default(3),
  minDuration: duration,
  maxDuration: duration,
})

const schema = protobuf.parse(readFileSync(new URL('./tempo.proto', import.meta.url), 'utf8')).root

export function mountTempo(app: Express, readers: TempoReaders, clock: Clock): void {
  mountTempoMetrics(app, readers, clock)
  app.get('/api/echo', (_request, response) => void response.type('text').send('echo'))
  app.get(
    '/api/status/buildinfo',
    (_request, response) => void response.json({ version: '3.0.3', revision: 'spanledger' }),
  )

  const trace =
    (wrap: (resourceSpans: object[]) => { json: object; message: object; type: string }) =>
    async (request: Request, response: Response) => {
      const id = TRACE_ID.safeParse(request.params.traceId)
      if (!id.success) throw new AppError('bad_request', 'not a trace id (32 hex digits)')
      const rows = await readers.read(request, (client, orgIds) => selectTrace(client, orgIds, id.data))
      if (rows.length === 0) throw new AppError('not_found', `trace ${id.data} not found`)
      const { json, message, type } = wrap(toResourceSpans(rows))
      if (!request.get('accept')?.includes('application/protobuf')) return void response.json(json)
      const encoder = schema.lookupType(`tempopb.${type}`)
      response.type('application/protobuf').send(Buffer.from(encoder.encode(encoder.fromObject(message)).finish()))
    }
  app.get(
    '/api/traces/:traceId',
    trace((resourceSpans) => ({ json: { batches: resourceSpans }, message: { resourceSpans }, type: 'Trace' })),
  )
  app.get(
    '/api/v2/traces/:traceId',
    trace((resourceSpans) => {
      const message = { trace: { resourceSpans }, metrics: {} }
      return { json: message, message, type: 'TraceByIDResponse' }
    }),
  )

  app.get('/api/search', async (request, response) => {
    const asked = parseQuery(SEARCH, request.query)
    const query = parseTraceql(asked.tags && asked.q === '{}' ? tagsToTraceql(asked.tags) : asked.q)
    if (query.metric)
      throw new AppError('bad_request', `${query.metric.name}() is answered by /api/metrics/query_range`)
    const { from, to } = rangeOf(asked, clock.nowMs())
    const traces = await readers.read(request, (client, orgIds) =>
      searchTraces(client, {
        orgIds,
        query,
        from,
        to,
        limit: asked.limit,
        spansPerTrace: asked.spss,
        minDurationMs: asked.minDuration,
        maxDurationMs: asked.maxDuration,
      }),
    )
    response.json({ traces, metrics: { inspectedTraces: traces.length, completedJobs: 1, totalJobs: 1 } })
  })

  const names = async (request: Request) => {
    const range = rangeOf(parseQuery(RANGE, request.query), clock.nowMs())
    return readers.read(request, (client, orgIds) => tagNames(client, { orgIds, ...range }))
  }
  const values = async (request: Request) => {
    const asked = parseQuery(SEARCH.pick({ start: true, end: true, q: true }), request.query)
    const range = rangeOf(asked, clock.nowMs())
    const tag = String(request.params.tag)
    return readers.read(request, (client, orgIds) =>
      tagValues(client, tag, { orgIds, ...range, of: conditionOf(asked.q) }),
    )
  }
  app.get('/api/search/tags', async (request, response) => {
    const { resource, span } = await names(request)
    response.json({ tagNames: [...new Set([...resource, ...span])].sort() })
  })
  app.get('/api/v2/search/tags', async (request, response) => {
    const scopes = Object.entries(await names(request)).map(([name, tags]) => ({ name, tags }))
    const { scope } = request.query
    response.json({ scopes: scope ? scopes.filter(({ name }) => name === scope) : scopes })
  })
  app.get('/api/search/tag/:tag/values', async (request, response) => {
    response.json({ tagValues: (await values(request)).map(({ value }) => value) })
  })
  app.get('/api/v2/search/tag/:tag/values', async (request, response) => {
    response.json({ tagValues: await values(request) })
  })
}

/** Condition on the spans whose values are asked for. Editors send what is typed so far: what cannot be read asks for nothing. */
function conditionOf(query: string): Condition | undefined {
  try {
    const { sets } = parseTraceql(query)
    return sets.kind === 'spans' ? sets.condition : undefined
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

/** The older `tags` parameter: logfmt, all must match. */
function tagsToTraceql(tags: string): string {
  const pairs = [...tags.matchAll(/([^\s=]+)=("(?:[^"\\]|\\.)*"|\S*)/g)]
  const conditions = pairs.map(
    ([, key, value = '']) => `.${JSON.stringify(key)} = ${value.startsWith('"') ? value : JSON.stringify(value)}`,
  )
  return `{ ${conditions.join(' && ')} }`
}

// Tempo's read API over the ledger, as Grafana's Tempo data source calls it. In: HTTP with credentials that say which
// organisation. Out: Tempo's own shapes, protobuf or JSON. Beyond the documented subset: 400 with the reason.
import { readFileSync } from 'node:fs'
import type { Express, Request, Response } from 'express'
import protobuf from 'protobufjs'
import { z } from 'zod'
import type { Clock } from '../../shared/clock.ts'
import { AppError } from '../../shared/errors.ts'
import { TRACE_ID } from '../traces/trace-routes.ts'
import { toResourceSpans } from './otlp-trace.ts'
import type { TempoReaders } from './readers.ts'
import { searchTraces } from './search.ts'
import { selectTrace } from './select-trace.ts'
import { tagNames, tagValues } from './tags.ts'
import { parseDuration, parseTraceql } from './traceql.ts'

const HOUR_MS = 3_600_000
/** Longest range a search may cover. */
const MAX_RANGE_MS = 31 * 24 * HOUR_MS

const seconds = z.coerce.number().int().min(0).max(4e9).optional()
const duration = z
  .string()
  .optional()
  .transform((text) => (text ? parseDuration(text) / 1e6 : undefined))
  .refine((ms) => ms === undefined || Number.isFinite(ms), 'not a duration like 100ms or 1.5s')
const SEARCH = z.object({
  q: z.string().max(10_000).default('{}'),
  tags: z.string().max(10_000).default(''),
  limit: z.coerce.number().int().min(1).max(1000).default(20),
  spss: z.coerce.number().int().min(0).max(100).default(3),
  start: seconds,
  end: seconds,
  minDuration: duration,
  maxDuration: duration,
})

const schema = protobuf.parse(readFileSync(new URL('./tempo.proto', import.meta.url), 'utf8')).root

export function mountTempo(app: Express, readers: TempoReaders, clock: Clock): void {
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
    const query = parse(SEARCH, request.query)
    const sets = parseTraceql(query.tags && query.q === '{}' ? tagsToTraceql(query.tags) : query.q)
    const { from, to } = rangeOf(query, clock.nowMs())
    const traces = await readers.read(request, (client, orgIds) =>
      searchTraces(client, {
        orgIds,
        sets,
        from,
        to,
        limit: query.limit,
        spansPerTrace: query.spss,
        minDurationMs: query.minDuration,
        maxDurationMs: query.maxDuration,
      }),
    )
    response.json({ traces, metrics: { inspectedTraces: traces.length, completedJobs: 1, totalJobs: 1 } })
  })

  const RANGE = SEARCH.pick({ start: true, end: true })
  const names = async (request: Request) => {
    const range = rangeOf(parse(RANGE, request.query), clock.nowMs())
    return readers.read(request, (client, orgIds) => tagNames(client, { orgIds, ...range }))
  }
  const values = async (request: Request) => {
    const range = rangeOf(parse(RANGE, request.query), clock.nowMs())
    const tag = String(request.params.tag)
    return readers.read(request, (client, orgIds) => tagValues(client, tag, { orgIds, ...range }))
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

function parse<S extends z.ZodType>(shape: S, query: unknown): z.output<S> {
  const parsed = shape.safeParse(query)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AppError('bad_request', `invalid query: ${issue?.path.join('.')}: ${issue?.message}`)
}

/** The last hour when nothing is said. */
function rangeOf(
  { start, end }: { start?: number | undefined; end?: number | undefined },
  nowMs: number,
): { from: Date; to: Date } {
  const toMs = end ? end * 1000 : nowMs + 60_000
  const fromMs = start ? start * 1000 : toMs - HOUR_MS
  if (fromMs >= toMs) throw new AppError('bad_request', 'start must be before end')
  if (toMs - fromMs > MAX_RANGE_MS) throw new AppError('bad_request', 'the range is longer than 31 days; narrow it')
  return { from: new Date(fromMs), to: new Date(toMs) }
}

/** The older `tags` parameter: logfmt, all must match. */
function tagsToTraceql(tags: string): string {
  const pairs = [...tags.matchAll(/([^\s=]+)=("(?:[^"\\]|\\.)*"|\S*)/g)]
  const conditions = pairs.map(
    ([, key, value = '']) => `.${JSON.stringify(key)} = ${value.startsWith('"') ? value : JSON.stringify(value)}`,
  )
  return `{ ${conditions.join(' && ')} }`
}

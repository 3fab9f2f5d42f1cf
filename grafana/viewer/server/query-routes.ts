// Grafana's `POST /api/ds/query`. In: queries with their time range, variables filled in. Out: frames by refId, or each
// query's own error.
import express, { type Express } from 'express'
import { z } from 'zod'
import type { Databases } from './databases.ts'
import type { Frame, Query, TimeRange } from './frames.ts'
import type { Organisation, OrganisationOf } from './organisations.ts'
import { queryPrometheus } from './prometheus.ts'
import { queryTempo } from './tempo.ts'

const queryBody = z.object({
  from: z.coerce.number(),
  to: z.coerce.number(),
  queries: z
    .array(
      z.looseObject({
        refId: z.string(),
        datasource: z.looseObject({ uid: z.string() }),
        intervalMs: z.coerce.number().min(1).default(15_000),
        maxDataPoints: z.coerce.number().min(1).default(1000),
      }),
    )
    .min(1),
})

export function queryRoutes(app: Express, organisationOf: OrganisationOf, databases: Databases): void {
  const run = ({ name, sources }: Organisation, query: Query, range: TimeRange): Promise<Frame[]> => {
    const { uid } = query.datasource
    const source = sources.get(uid)
    if (!source) throw new RangeError(`no data source with uid ${JSON.stringify(uid)} is provisioned for ${name}`)
    if (source.type === 'prometheus') return queryPrometheus(source, query, range)
    if (source.type === 'grafana-postgresql-datasource') return databases.of(source).query(query, range)
    if (source.type === 'tempo') return queryTempo(source, query, range)
    throw new RangeError(`data source type ${source.type} is not queried here`)
  }
  app.post('/api/ds/query', express.json({ limit: '1mb' }), async (request, response) => {
    const organisation = await organisationOf(request)
    const body = queryBody.safeParse(request.body)
    if (!body.success) return void response.status(400).json({ message: z.prettifyError(body.error) })
    const range = { fromMs: body.data.from, toMs: body.data.to }
    const answers = await Promise.all(
      body.data.queries.map(async (query) => {
        try {
          return [query.refId, { status: 200, frames: await run(organisation, query as Query, range) }]
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error)
          return [query.refId, { status: 400, error: message, frames: [] }]
        }
      }),
    )
    response.json({ results: Object.fromEntries(answers) })
  })
}

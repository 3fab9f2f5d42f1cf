// What the page reads from data sources other than by query. In: GET requests. Out: Tempo's answers; Prometheus' rules,
// alerts, and label names and values for ad hoc filters.
import type { Express } from 'express'
import { NotFound, type OrganisationOf } from './organisations.ts'
import { getPrometheus } from './prometheus.ts'
import { callTempo } from './tempo.ts'

const LABELS = /^(labels|label\/[A-Za-z_][A-Za-z0-9_]*\/values)$/

export function proxyRoutes(app: Express, organisationOf: OrganisationOf): void {
  app.get('/api/datasources/proxy/uid/:uid/*path', async (request, response) => {
    const source = (await organisationOf(request)).sources.get(request.params.uid)
    if (source?.type !== 'tempo') throw new NotFound('only a Tempo data source is proxied')
    const path = (request.params as unknown as { path: string[] }).path.map(encodeURIComponent).join('/')
    const query = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : ''
    const answer = await callTempo(source, `${path}${query}`)
    response
      .status(answer.status)
      .type('application/json')
      .send(Buffer.from(await answer.arrayBuffer()))
  })
  // Grafana's path for the rules and alerts of a Prometheus data source.
  app.get('/api/prometheus/:uid/api/v1/:what', async (request, response) => {
    const { uid, what } = request.params
    const source = (await organisationOf(request)).sources.get(uid)
    if (source?.type !== 'prometheus' || !['rules', 'alerts'].includes(what))
      throw new NotFound('rules and alerts of a Prometheus data source only')
    response.json({ status: 'success', data: await getPrometheus(source, what) })
  })
  app.get('/api/datasources/uid/:uid/resources/api/v1/*path', async (request, response) => {
    const source = (await organisationOf(request)).sources.get(request.params.uid)
    const path = (request.params as unknown as { path: string[] }).path.join('/')
    if (source?.type !== 'prometheus' || !LABELS.test(path))
      throw new NotFound('labels of a Prometheus data source only')
    response.json({ status: 'success', data: await getPrometheus(source, path) })
  })
}

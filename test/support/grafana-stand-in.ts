// A stand-in for the part of Grafana's HTTP API that sets up an organisation, where there is no Grafana to run: paths,
// headers and status codes as its documentation gives them. In: the admin's account. Out: URL, and what it holds.
import express from 'express'
import { closeServer, listen } from '../../src/shared/listen.ts'

interface Source {
  uid: string
  name: string
  secureJsonData?: Record<string, string>
  [option: string]: unknown
}

export interface StandInOrganisation {
  name: string
  members: Set<string>
  sources: Map<string, Source>
  folders: Set<string>
  dashboards: Map<string, { folderUid: string; title: string }>
}

export async function startGrafanaStandIn(account: { user: string; password: string }) {
  const organisation = (name: string): StandInOrganisation => ({
    name,
    members: new Set(),
    sources: new Map(),
    folders: new Set(),
    dashboards: new Map(),
  })
  const organisations = new Map([[1, organisation('Main Org.')]])
  const app = express()
  app.use(express.json({ limit: '5mb' }))
  app.use((request, response, next) => {
    const wanted = `Basic ${Buffer.from(`${account.user}:${account.password}`).toString('base64')}`
    if (request.get('authorization') !== wanted)
      return void response.status(401).json({ message: 'Invalid username or password' })
    next()
  })
  app.get('/api/orgs/name/:name', (request, response) => {
    const found = [...organisations].find(([, { name }]) => name === request.params.name)
    if (!found) return void response.status(404).json({ message: 'Organization not found' })
    response.json({ id: found[0], name: found[1].name })
  })
  app.post('/api/orgs', (request, response) => {
    const orgId = Math.max(...organisations.keys()) + 1
    const made = organisation(request.body.name)
    made.members.add(account.user)
    organisations.set(orgId, made)
    response.json({ orgId, message: 'Organization created' })
  })
  app.post('/api/orgs/:id/users', (request, response) => {
    const members = organisations.get(Number(request.params.id))?.members
    if (!members) return void response.status(404).json({ message: 'Organization not found' })
    if (members.has(request.body.loginOrEmail))
      return void response.status(409).json({ message: 'User is already member of this organization' })
    members.add(request.body.loginOrEmail)
    response.json({ message: 'User added to organization' })
  })
  // Everything below belongs to one organisation; its admin has to be a member of it.
  const of = (request: express.Request): StandInOrganisation => {
    const found = organisations.get(Number(request.get('x-grafana-org-id')))
    if (!found?.members.has(account.user)) throw new Error('user is no member of that organisation')
    return found
  }
  app.get('/api/datasources', (request, response) => {
    response.json([...of(request).sources.values()].map(({ secureJsonData: _secret, ...source }) => source))
  })
  app.put('/api/datasources/uid/:uid', (request, response) => {
    const { sources } = of(request)
    if (!sources.has(request.params.uid)) return void response.status(404).json({ message: 'Data source not found' })
    sources.set(request.params.uid, request.body)
    response.json({ message: 'Datasource updated' })
  })
  app.post('/api/datasources', (request, response) => {
    of(request).sources.set(request.body.uid, request.body)
    response.json({ message: 'Datasource added' })
  })
  app.get('/api/folders/:uid', (request, response) => {
    if (of(request).folders.has(request.params.uid)) return void response.json({ uid: request.params.uid })
    response.status(404).json({ message: 'folder not found' })
  })
  app.post('/api/folders', (request, response) => {
    of(request).folders.add(request.body.uid)
    response.json(request.body)
  })
  app.post('/api/dashboards/db', (request, response) => {
    const { dashboard, folderUid, overwrite } = request.body
    const { dashboards, folders } = of(request)
    if (!folders.has(folderUid)) return void response.status(400).json({ message: 'folder not found' })
    if (dashboards.has(dashboard.uid) && !overwrite)
      return void response.status(412).json({ message: 'The dashboard has been changed by someone else' })
    dashboards.set(dashboard.uid, { folderUid, title: dashboard.title })
    response.json({ status: 'success', uid: dashboard.uid })
  })
  app.use(((error, _request, response, _next) => {
    response.status(403).json({ message: String(error.message) })
  }) satisfies express.ErrorRequestHandler)
  const { server, url } = await listen(app, 0, '127.0.0.1')
  return { url, organisations, close: () => closeServer(server, 100) }
}

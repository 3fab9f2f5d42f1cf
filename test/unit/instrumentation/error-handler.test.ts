// What a user sees of an error: nothing that the app did not mean for users, least of all a model provider's text.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { errorHandler } from '../../../instrumentation/http/error-handler.ts'
import { type ProviderServer, startProviderServer } from '../../support/provider-server.ts'

const FIXED = { code: 'internal', message: expect.stringContaining('Something went wrong on our side') }

let logged: Record<string, unknown>[] = []
let models: ProviderServer
let server: Server
let url: string
beforeAll(async () => {
  models = await startProviderServer()
  const app = express()
  app.use(express.json())
  app.get('/provider/:status', async (req) => {
    const message = 'Incorrect API key provided: key-of-the-app. Organization org-of-the-app.'
    throw OpenAI.APIError.generate(
      Number(req.params.status),
      { error: { message, code: 'invalid_api_key' } },
      undefined,
      new Headers(),
    )
  })
  app.get('/rate-limit', () =>
    new OpenAI({
      apiKey: 'test',
      baseURL: models.baseUrl('openai', 'rate-limit'),
      maxRetries: 0,
    }).chat.completions.create({
      model: 'm',
      messages: [],
    }),
  )
  app.get('/thrown', (req) => {
    throw Object.assign(new Error('deal falcon'), JSON.parse(String(req.query.fields)))
  })
  app.post('/', (_req, res) => void res.end())
  app.use(errorHandler({ logger: { error: (fields) => void logged.push(fields) } }))
  server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  logged = []
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await models.stop()
})

const ask = async (path: string, init?: RequestInit) => {
  const response = await fetch(url + path, init)
  return { status: response.status, ...((await response.json()) as { error: object }) }
}
const thrown = (fields: object) => ask(`/thrown?fields=${encodeURIComponent(JSON.stringify(fields))}`)

describe('errorHandler', () => {
  it.each([400, 401, 404, 429, 503])('shows nothing of a model provider’s own %i', async (status) => {
    expect(await ask(`/provider/${status}`)).toEqual({ status: 500, error: FIXED })
    // The log has what the user has not.
    expect(String(logged[0]?.err)).toContain('Incorrect API key provided')
  })

  it('shows nothing of an error that a real client threw', async () => {
    expect(await ask('/rate-limit')).toEqual({ status: 500, error: FIXED })
  })

  it('does not take the status of an error that does not say whether it may be shown', async () => {
    expect(await thrown({ status: 404, code: 'gone' })).toEqual({ status: 500, error: FIXED })
    expect(await thrown({ status: 404, code: 'gone', expose: 'yes' })).toEqual({ status: 500, error: FIXED })
  })

  it('shows status, code and message of an error meant for users', async () => {
    const error = { code: 'no_such_deal', message: 'deal falcon' }
    expect(await thrown({ status: 404, code: 'no_such_deal', expose: true })).toEqual({ status: 404, error })
    expect(await thrown({ statusCode: 404, expose: true })).toEqual({
      status: 404,
      error: { code: 'bad_request', message: 'deal falcon' },
    })
  })

  it('keeps the status alone where an error is not to be exposed', async () => {
    expect(await thrown({ status: 503, code: 'warming_up', expose: false })).toEqual({
      status: 503,
      error: { ...FIXED, code: 'warming_up' },
    })
  })

  it('tells users of a body that is no JSON', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{bad' }
    expect(await ask('/', init)).toEqual({
      status: 400,
      error: { code: 'bad_request', message: expect.stringContaining('JSON') },
    })
  })
})

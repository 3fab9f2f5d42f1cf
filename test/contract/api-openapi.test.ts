// The check that holds every answer of the database tests to the OpenAPI document can itself fail.
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createOpenApi } from '../../src/api/http/openapi.ts'
import { defineRoute } from '../../src/api/http/route.ts'
import { createAnswerCheck } from '../support/openapi.ts'

const route = defineRoute({
  method: 'get',
  path: '/things/{id}',
  operationId: 'getThing',
  summary: 'a thing',
  tag: 'things',
  access: 'member',
  params: z.object({ id: z.string() }),
  query: z.object({ size: z.coerce.number().default(1).describe('how big') }),
  data: z.object({ id: z.string(), cost_usd: z.string().regex(/^\d+$/) }).strict(),
  handle: async () => ({ data: {} }),
})
const document = createOpenApi([route], '1')
const meta = { total: 1, page: 1, limit: 1, has_more: false, next_cursor: null }

describe('the OpenAPI document', () => {
  it('describes parameters, security and the envelope of a route', () => {
    expect(document.paths['/things/{id}']?.get).toMatchObject({
      operationId: 'getThing',
      security: [{ bearer: [] }, { apiKey: [] }],
      parameters: [
        { name: 'id', in: 'path', required: true },
        { name: 'size', in: 'query', required: false, description: 'how big' },
        { name: 'X-Organization-Id', in: 'header' },
      ],
    })
  })
})

describe('an answer', () => {
  const check = createAnswerCheck(document)
  const good = { data: { id: 'a', cost_usd: '1' }, meta, filters_applied: {} }

  it('that matches passes', () => {
    expect(() => check('GET', '/things/a?size=2', 200, good)).not.toThrow()
  })
  it.each([
    ['a number instead of a decimal string', { ...good, data: { id: 'a', cost_usd: 1 } }],
    ['a field nobody declared', { ...good, data: { id: 'a', cost_usd: '1', secret: 'x' } }],
    ['a field that is missing', { ...good, data: { id: 'a' } }],
    ['no envelope', good.data],
  ])('with %s fails', (_, body) => {
    expect(() => check('GET', '/things/a', 200, body)).toThrow(/GET \/things\/\{id\} 200 does not match/)
  })
  it('of an error has to have the one error shape', () => {
    const error = { code: 'x', message: 'y', details: null, timestamp: '2026-01-01T00:00:00.000Z', request_id: 'r' }
    expect(() => check('GET', '/things/a', 404, error)).not.toThrow()
    expect(() => check('GET', '/things/a', 404, { error })).toThrow(/does not match/)
  })
})

// The OpenAPI 3.1 document. In: the routes. Out: a document whose schemas are zod's own JSON Schema output.
import { z } from 'zod'
import { ERRORS } from '../../shared/errors.ts'
import { ERROR_BODY, envelopeOf } from './envelope.ts'
import type { AnyRoute } from './route.ts'

const schemaOf = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

export function createOpenApi(routes: AnyRoute[], version: string) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Spanledger',
      version,
      description: 'Usage, cost, traces, alerts and budgets of GenAI calls. Money is a decimal string of US dollars.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Error: schemaOf(ERROR_BODY, 'output') },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'a JWT (HS256) or an API key' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
        webhook: { type: 'http', scheme: 'bearer', description: 'the token Alertmanager sends' },
      },
    },
  }
}

function operation(route: AnyRoute) {
  const json = (schema: unknown) => ({ 'application/json': { schema } })
  const other = Object.fromEntries((route.alsoProduces ?? []).map((type) => [type, { schema: { type: 'string' } }]))
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    security: securityOf(route.access),
    parameters: [
      ...parameters('path', route.params),
      ...parameters('query', route.query),
      ...(typeof route.access === 'string' && !['public', 'webhook'].includes(route.access)
        ? [ORGANIZATION_HEADER]
        : []),
    ],
    ...(route.body && { requestBody: { required: true, content: json(schemaOf(route.body, 'input')) } }),
    responses: {
      [route.status ?? 200]: {
        description: 'the envelope',
        content: { ...json(schemaOf(envelopeOf(route.data), 'output')), ...other },
      },
      default: {
        description: `an error; code is one of ${Object.keys(ERRORS).join(', ')}`,
        content: json({ $ref: '#/components/schemas/Error' }),
      },
    },
  }
}

const ORGANIZATION_HEADER = {
  name: 'X-Organization-Id',
  in: 'header',
  required: false,
  description: 'one of the caller’s organisations; needed when the caller has several',
  schema: { type: 'string' },
}

function securityOf(access: AnyRoute['access']) {
  if (access === 'public') return []
  return access === 'webhook' ? [{ webhook: [] }] : [{ bearer: [] }, { apiKey: [] }]
}

function parameters(where: 'path' | 'query', schema: z.ZodObject | undefined) {
  if (!schema) return []
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, { description?: string }>
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(property.description && { description: property.description }),
    schema: property,
  }))
}

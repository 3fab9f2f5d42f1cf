// A route is data: schemas in, schema out, who may call it, and a handler. In: an Express app and routes. Out: the routes
// mounted, with input checked before the handler runs. The OpenAPI document is made from the same objects.
import type { Express, Request, Response } from 'express'
import type { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import type { Caller, Role } from '../auth/caller.ts'
import { type Reply, toEnvelope } from './envelope.ts'

/** `public`: anyone. `webhook`: the webhook token. A role: a signed-in caller with at least that role. */
export type Access = 'public' | 'webhook' | Role

type Shape = z.ZodObject | undefined
type Out<S extends z.ZodType | undefined> = S extends z.ZodType ? z.output<S> : Record<string, never>

export interface RouteContext<P, Q, B> {
  params: P
  query: Q
  body: B
  /** The organisation of the request; empty for public and webhook routes. */
  orgId: string
  caller: Caller | undefined
  request: Request
  response: Response
}

export interface Route<
  P extends Shape = Shape,
  Q extends Shape = Shape,
  B extends z.ZodType | undefined = z.ZodType | undefined,
> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** OpenAPI form, e.g. `/api/v1/traces/{trace_id}`. */
  path: string
  operationId: string
  summary: string
  tag: string
  access: Access
  params?: P
  query?: Q
  body?: B
  /** Shape of `data` in the envelope. */
  data: z.ZodType
  status?: number
  /** Answers with something else than the envelope (CSV, event stream): media types, for the document. */
  alsoProduces?: string[]
  handle(context: RouteContext<Out<P>, Out<Q>, Out<B>>): Promise<Reply<unknown> | undefined>
}

// biome-ignore lint/suspicious/noExplicitAny: a list of routes with different shapes; each is checked where defined
export type AnyRoute = Route<any, any, any>

/** Keeps the types of the schemas while the route is written down. */
export const defineRoute = <P extends Shape, Q extends Shape, B extends z.ZodType | undefined>(
  route: Route<P, Q, B>,
): AnyRoute => route

export type Guard = (request: Request, access: Access) => Promise<{ caller: Caller | undefined; orgId: string }>

export function mountRoutes(app: Express, routes: AnyRoute[], guard: Guard): void {
  for (const route of routes) {
    app[route.method](route.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (request: Request, response: Response) => {
      const { caller, orgId } = await guard(request, route.access)
      const context = {
        params: check('path', route.params, request.params),
        // A misspelt filter must not answer a wider question than was asked.
        query: check('query', route.query?.strict(), request.query),
        body: check('body', route.body, request.body),
        caller,
        orgId,
        request,
        response,
      }
      const reply = await route.handle(context)
      if (reply) response.status(route.status ?? 200).json(toEnvelope(reply))
    })
  }
}

function check(where: string, schema: z.ZodType | undefined, value: unknown): unknown {
  if (!schema) return {}
  const parsed = schema.safeParse(value ?? {})
  if (parsed.success) return parsed.data
  const details = parsed.error.issues.slice(0, 20).map((issue) => ({
    in: where,
    field: issue.path.join('.'),
    problem: issue.message,
  }))
  const first = details[0]
  throw new AppError('bad_request', `invalid ${where}: ${first?.field ? `${first.field}: ` : ''}${first?.problem}`, {
    details,
  })
}

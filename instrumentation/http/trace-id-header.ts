// X-Trace-ID on HTTP responses. In: a response before its headers are sent. Out: the header that a user can quote and
// support can look up. The preload sets it on every response; the middleware is for apps without the preload.
import { context, isSpanContextValid, type Span, trace } from '@opentelemetry/api'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { guard } from '../problems.ts'

export const TRACE_ID_HEADER = 'X-Trace-ID'

interface HeaderTarget {
  headersSent: boolean
  setHeader(name: string, value: string): unknown
}

export function setTraceIdHeader(span: Span | undefined, response: HeaderTarget): void {
  guard('trace id header', () => {
    const spanContext = span?.spanContext()
    if (spanContext && isSpanContextValid(spanContext) && !response.headersSent) {
      response.setHeader(TRACE_ID_HEADER, spanContext.traceId)
    }
  })
}

/** The id of the active trace, for logs and messages; undefined outside a trace. */
export function activeTraceId(): string | undefined {
  const spanContext = trace.getSpan(context.active())?.spanContext()
  return spanContext && isSpanContextValid(spanContext) ? spanContext.traceId : undefined
}

export function traceIdMiddleware(): RequestHandler {
  return (_req: Request, res: Response, next: NextFunction) => {
    setTraceIdHeader(trace.getActiveSpan(), res)
    next()
  }
}

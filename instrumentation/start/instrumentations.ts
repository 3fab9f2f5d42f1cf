// Libraries whose calls become spans without code changes. In: OTEL_NODE_ENABLED_INSTRUMENTATIONS and
// OTEL_NODE_DISABLED_INSTRUMENTATIONS. Out: instrumentations to register before the app loads those libraries.

import { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import { createRequire, syncBuiltinESMExports } from 'node:module'
import { getStringListFromEnv } from '@opentelemetry/core'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { ExpressInstrumentation, ExpressLayerType } from '@opentelemetry/instrumentation-express'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { registerAiSdk } from '../clients/ai-sdk.ts'
import { ModelClientInstrumentation } from '../clients/client-instrumentation.ts'
import { isHealthPath } from '../http/health-paths.ts'
import { rawPairs, recordRateLimitOf, rememberCall } from '../http/rate-limit-headers.ts'
import { setTraceIdHeader } from '../http/trace-id-header.ts'
import { tenantFields } from '../log-fields.ts'
import { Neo4jInstrumentation } from '../neo4j/neo4j-instrumentation.ts'
import { createRedisInstrumentation } from '../redis/redis-instrumentation.ts'

const MAKERS: Record<string, () => Instrumentation> = {
  http: () =>
    new HttpInstrumentation({
      ignoreIncomingRequestHook: (request) => isHealthPath(request.url),
      requestHook: (_span, request) => {
        if (request instanceof ClientRequest) rememberCall(request)
      },
      responseHook: (span, response) => {
        if (response instanceof ServerResponse) setTraceIdHeader(span, response)
        else if (response instanceof IncomingMessage)
          recordRateLimitOf(clientRequestOf(response), () => rawPairs(response.rawHeaders))
      },
    }),
  // A span per middleware says nothing about a GenAI request and would double its span count.
  express: () => new ExpressInstrumentation({ ignoreLayersType: [ExpressLayerType.MIDDLEWARE] }),
  undici: () =>
    new UndiciInstrumentation({
      requestHook: (_span, request) => rememberCall(request),
      responseHook: (_span, { request, response }) => recordRateLimitOf(request, () => rawPairs(response.headers)),
    }),
  pg: () => new PgInstrumentation({ requireParentSpan: true }),
  ioredis: () => createRedisInstrumentation(),
  neo4j: () => new Neo4jInstrumentation(),
  'model-clients': () => {
    // Anthropic's client traces itself, without metrics and under other names: one span per call is enough.
    process.env.ANTHROPIC_OPEN_TELEMETRY ??= 'false'
    registerAiSdk()
    return new ModelClientInstrumentation()
  },
  pino: () => new PinoInstrumentation({ logHook: (_span, record) => void Object.assign(record, tenantFields()) }),
}

/**
 * Lets the HTTP instrumentation reach `import { request } from 'node:http'` too: it patches what `require` gives, and
 * the names an ES module imported follow only when told to. Call it once the instrumentations are registered.
 */
export function patchBuiltins(): void {
  const load = createRequire(import.meta.url)
  for (const name of ['node:http', 'node:https']) load(name)
  syncBuiltinESMExports()
}

// Node sets `req` on the answer to a client's request; its types do not say so.
const clientRequestOf = (response: IncomingMessage): object => Object(Reflect.get(response, 'req'))

export function createInstrumentations(): Instrumentation[] {
  const enabled = getStringListFromEnv('OTEL_NODE_ENABLED_INSTRUMENTATIONS')
  const disabled = new Set(getStringListFromEnv('OTEL_NODE_DISABLED_INSTRUMENTATIONS') ?? [])
  return Object.entries(MAKERS).flatMap(([name, make]) =>
    (enabled && !enabled.includes(name)) || disabled.has(name) ? [] : [make()],
  )
}

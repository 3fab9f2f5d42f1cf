// The process of start-cache-app.ts; run with the instrumentation's preload. Arguments: port of Redis or '', URL of the store.
import { trace } from '@opentelemetry/api'
import { Redis } from 'ioredis'
import { traceVectorSearch, withTenant } from '../../../instrumentation/index.ts'

const EVERY_MS = 200
const [redisPort = '', storeUrl = ''] = process.argv.slice(2)
// No queue and no retry of a command: an error is seen when it happens.
const redis = redisPort
  ? new Redis({ port: Number(redisPort), maxRetriesPerRequest: 0, enableOfflineQueue: false, retryStrategy: () => 200 })
  : undefined
redis?.on('error', () => {}) // it is stopped on purpose

const ask = () =>
  withTenant({ orgId: 'hooli', dealId: 'box' }, () =>
    trace.getTracer('drill').startActiveSpan('look up', async (span) => {
      await redis?.incr('asked').catch(() => undefined)
      await traceVectorSearch({ mode: 'vector' }, async (report) => {
        const scores = (await (await fetch(storeUrl)).json()) as number[]
        report({ retrieved: scores.length, scores })
      }).catch(() => undefined)
      span.end()
    }),
  )
setInterval(() => void ask(), EVERY_MS)

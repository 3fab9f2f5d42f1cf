// The process of start-cache-app.ts; run with the instrumentation's preload. Arguments: port of Redis or '', URL of the store.
import { trace } from '@opentelemetry/api'
import { Redis } from 'ioredis'
import { traceVectorSearch, withTenant } from '../../../instrumentation/index.ts'

const EVERY_MS = 200
const [redisPort = '', storeUrl = ''] = process.argv.slice(2)
// One retry a command, then it fails: an error is seen soon. (Without the offline queue ioredis throws before its
// instrumentation watches, and no span ends.)
const redis = redisPort
  ? new Redis({ port: Number(redisPort), maxRetriesPerRequest: 1, retryStrategy: () => 100 })
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

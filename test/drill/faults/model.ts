// Faults of model calls: the stand-in model server is told to fail, to be slow, to say that its limit is nearly used.
import type { Fault } from '../fault.ts'
import type { Drill } from '../start-drill.ts'

const healthy = async ({ traffic }: Drill) => traffic.order('')
const order = (behaviour: string) => async (drill: Drill) => drill.traffic.order(behaviour)

export const MODEL_FAULTS: readonly Fault[] = [
  {
    name: 'model-errors',
    what: 'the model answers every second request with 400',
    alert: 'GenAIErrorRateHigh',
    orgId: 'acme',
    async inject({ traffic }) {
      traffic.order('status=400', 2)
    },
    undo: healthy,
  },
  {
    name: 'rate-limited',
    what: 'the model refuses every second request with 429',
    alert: 'GenAIErrorRateHigh',
    orgId: 'acme',
    async inject({ traffic }) {
      traffic.order('status=429&retry_after=0&rate_limit_used=1', 2)
    },
    undo: healthy,
  },
  {
    name: 'rate-limit-use',
    what: 'the model says that 90 % of the rate limit is used',
    alert: 'GenAIRateLimitUseHigh',
    orgId: 'acme',
    inject: order('rate_limit_used=0.9'),
    undo: healthy,
  },
  {
    name: 'model-slow',
    what: 'the model takes 10.5 s for every answer',
    alert: 'GenAILatencyP95High',
    orgId: 'acme',
    inject: order('first_token_ms=10500'),
    undo: healthy,
  },
  {
    name: 'model-down',
    what: 'the model server is stopped',
    alert: 'GenAIProviderDown',
    inject: ({ world }) => world.stack.stopService('model-server'),
    undo: ({ world }) => world.stack.startService('model-server'),
    lastsMs: 25_000,
  },
]

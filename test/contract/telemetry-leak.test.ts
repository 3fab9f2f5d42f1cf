// Nothing is kept per call: the heap stays flat over a hundred thousand model calls, streams among them.
import { expect, it } from 'vitest'
import { startTracedApp } from '../support/traced-app.ts'

it('keeps the heap flat over 100 000 calls', async () => {
  const app = startTracedApp('many-calls.mjs', {
    endpoint: 'http://127.0.0.1:9',
    env: { NODE_OPTIONS: '--expose-gc', OTEL_BSP_MAX_QUEUE_SIZE: '256', OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http' },
  })
  expect(await app.ended, app.output()).toBe(0)
  const heapsMb = JSON.parse(
    app
      .output()
      .split('\n')
      .find((line) => /^\[\d/.test(line)) ?? '[]',
  ) as number[]
  expect(heapsMb).toHaveLength(5)
  // The first tenth fills caches and queues; after that every 20 000 calls must end where they began.
  expect(
    Math.max(...heapsMb) - Math.min(...heapsMb),
    `heap after each 20 000 calls: ${heapsMb.join(', ')} MB`,
  ).toBeLessThan(8)
}, 300_000)

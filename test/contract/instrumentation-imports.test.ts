// What the preload's import hooks leave alone: modules that nothing instruments.
import { describe, expect, it } from 'vitest'
import { OLDEST_NODE, olderNode } from '../support/older-node.ts'
import { startTracedApp } from '../support/traced-app.ts'

const oldest = await olderNode()

describe.each([
  ['this Node', process.execPath],
  [`Node ${OLDEST_NODE}`, oldest],
])('the preload under %s', (_label, node) => {
  const run = async (preload?: false) => {
    const env = { NODE_OPTIONS: '--experimental-strip-types --no-warnings' }
    const off = { endpoint: 'http://127.0.0.1:9', node: node ?? '', env, ...(preload === false && { preload }) }
    const app = startTracedApp('live-bindings.mjs', off)
    expect(await app.ended, app.output()).toBe(0)
    return app.output()
  }

  it.skipIf(!node)('lets the app’s modules see each other’s exports change', async () => {
    const traced = await run()
    expect(traced).toBe('[2,2,"function"]\n')
    expect(traced).toBe(await run(false))
  })
})

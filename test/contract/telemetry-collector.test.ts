// The second line of defence: the corpus of planted secrets through the real collector's own redaction, which covers the
// kinds named here; the library covers all of them (test/unit/instrumentation/redaction.test.ts).
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { componentPath } from '../../stack/components.ts'
import { PLANTED } from '../fixtures/secrets.ts'
import { createTestCollector, type TestCollector } from '../support/collector.ts'
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.ts'
import { pollUntil } from '../support/poll.ts'
import type { RunningProgram } from '../support/third-party.ts'
import { receivedBy } from '../support/traced-app.ts'

/** What the collector's patterns are for; it runs over everyone's telemetry, so it has fewer than the library. */
const COVERED = new Set([
  'openai',
  'openai project',
  'anthropic',
  'openrouter',
  'langfuse',
  'cerebras',
  'aws',
  'google',
  'github',
  'github app',
  'slack bot',
  'jwt',
  'bearer',
  'email',
  'iban',
])

const built = (() => {
  try {
    return Boolean(componentPath('otelcol'))
  } catch {
    return false
  }
})()

describe.skipIf(!built)('the collector', () => {
  let ledger: OtlpSink
  let collector: TestCollector
  let program: RunningProgram
  beforeAll(async () => {
    ledger = await startOtlpSink()
    collector = await createTestCollector({
      ledger: ledger.url,
      prometheus: 'http://127.0.0.1:9',
      tempo: '127.0.0.1:9',
    })
    program = await collector.start()
  }, 60_000)
  afterAll(async () => {
    await program?.stop()
    collector?.removeFiles()
    await ledger?.close()
  })

  it('redacts planted secrets in span attributes and harms no usage', async () => {
    const now = String(BigInt(Date.now()) * 1_000_000n)
    const spans = PLANTED.map(({ text }, index) => ({
      traceId: index.toString(16).padStart(32, '1'),
      spanId: index.toString(16).padStart(16, '1'),
      name: 'chat m',
      kind: 3,
      startTimeUnixNano: now,
      endTimeUnixNano: now,
      attributes: [
        { key: 'org_id', value: { stringValue: 'acme' } },
        { key: 'app.note', value: { stringValue: text } },
        { key: 'gen_ai.usage.input_tokens', value: { intValue: '1843' } },
      ],
    }))
    expect(await collector.send('/v1/traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] })).toBe(200)
    const received = await pollUntil('all spans at the ledger', () => {
      const found = receivedBy(ledger, 'traces')
      expect(found).toHaveLength(PLANTED.length)
      return found
    })
    for (const { attributes } of received) expect(attributes['gen_ai.usage.input_tokens']).toBe('1843')
    const notes = received.map(({ attributes }) => String(attributes['app.note'])).join('\n')
    const leaked = PLANTED.filter(({ value }) => notes.includes(value))
    expect(leaked.filter(({ kind }) => COVERED.has(kind)).map(({ kind, value }) => `${kind}: ${value}`)).toEqual([])
    console.log(`collector: ${leaked.length} of ${PLANTED.length} planted secrets are left to the library alone`)
  })
})

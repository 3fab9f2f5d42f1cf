// The text of `spanledger explain`.
import { expect, test } from 'vitest'
import { explain } from '../../../src/ledger/recognise/explain.ts'
import { resolve } from '../../../src/ledger/recognise/resolve.ts'
import { candidate } from './spans.ts'

test('names every candidate, what became of it and why, and sums up what was booked', () => {
  const agent = {
    role: 'aggregate',
    operation: 'invoke_agent',
    recognisedBy: 'otel-genai/invoke_agent',
    for: 400,
  } as const
  const usage = { inputTokens: 100, outputTokens: 50, cacheReadTokens: 60, cacheWriteTokens: 0, reasoningTokens: 20 }
  const text = explain(
    resolve(
      [
        candidate(1, 0, { ...agent, tokens: [110, 55] }),
        candidate(2, 1, { at: 10, usage, responseId: 'chatcmpl-1' }),
        candidate(3, 1, { at: 200, status: 'rate_limited', errorClass: 'RateLimitError', tokens: [0, 0] }),
        candidate(4, 1, { at: 300, certainty: 'partial' }),
      ],
      [],
    ),
  )
  expect(text).toBe(`0000000000000001  sum  +0.0 ms for 400.0 ms
  otel-genai/invoke_agent, scope scope-a 1: openai gpt-4o-mini
  input 110, output 55, measured, success, no response id
  because: repeats the figures of 2 spans beneath it
  0000000000000002  BOOKED  +10.0 ms for 100.0 ms
    test/chat, scope scope-a 1: openai gpt-4o-mini
    input 100 (read 60, written 0), output 50 (reasoning 20), measured, cache inclusive, success, response chatcmpl-1
    because: a call of its own
  0000000000000003  BOOKED  +200.0 ms for 100.0 ms
    test/chat, scope scope-a 1: openai gpt-4o-mini
    input 0, output 0, measured, rate_limited (RateLimitError), no response id
    because: a call of its own
  0000000000000004  BOOKED  +300.0 ms for 100.0 ms
    test/chat, scope scope-a 1: openai gpt-4o-mini
    no usage (unpriced), success, no response id
    because: a call whose usage nobody reported
3 calls booked out of 4 candidates, 1 of them not measured: input 100, output 50
`)
})

test('says so when there is nothing to explain', () => {
  expect(explain([])).toBe('No span of this trace speaks of a model call.\n')
})

// Calls that used what neither a row nor the price book keeps are flagged, in the reading, in the merged call and in the line.
import { describe, expect, test } from 'vitest'
import { readSpan } from '../../../src/ledger/recognise/read-span.ts'
import { resolve } from '../../../src/ledger/recognise/resolve.ts'
import { toDimensions } from '../../../src/ledger/write/dimensions.ts'
import { toWantedCall } from '../../../src/ledger/write/wanted-call.ts'
import { candidate, place, span } from './spans.ts'

const CALL = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': 'gpt-4o-audio-preview',
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.output_tokens': 40,
}
const wanted = (read: ReturnType<typeof readSpan>) => {
  if (read === undefined) throw new Error('not read')
  return toWantedCall('acme', read, toDimensions(span({})), '').content
}

describe('what a call used besides text', () => {
  test.each([
    [{ 'gen_ai.usage.details.input_audio_tokens': 7 }, 'audio'],
    [{ 'llm.token_count.completion_details.audio': 7, 'openinference.span.kind': 'LLM' }, 'audio'],
    [{ 'gen_ai.usage.details.web_search_requests': 2 }, 'web_search'],
    [{ 'gen_ai.usage.input_audio_tokens': 1, 'gen_ai.usage.input_image_tokens': 1 }, 'audio+image'],
    [{ 'metadata.usage_object': "{'prompt_tokens_details': {'audio_tokens': 12, 'cached_tokens': 0}}" }, 'audio'],
    [{ 'ai.response.providerMetadata': '{"anthropic":{"server_tool_use":{"web_search_requests":1}}}' }, 'web_search'],
  ])('%j is told', (attributes, besides) => {
    expect(readSpan(span({ ...CALL, ...attributes }))).toMatchObject({ besides })
  })

  test.each([
    [{}],
    [{ 'gen_ai.usage.details.input_audio_tokens': 0, 'llm.token_count.prompt_details.audio': 0 }],
    [{ 'metadata.usage_object': "{'prompt_tokens_details': {'audio_tokens': None}, 'audio_tokens': 0}" }],
  ])('%j is nothing (control)', (attributes) => {
    expect(readSpan(span({ ...CALL, ...attributes }))?.besides).toBeUndefined()
  })

  test('images and speech are none of the text classes, whatever their tokens are called', () => {
    expect(readSpan(span({ ...CALL, 'gen_ai.operation.name': 'image_generation' }))).toMatchObject({ besides: 'image' })
    expect(readSpan(span({ ...CALL, 'gen_ai.operation.name': 'transcription' }))).toMatchObject({ besides: 'audio' })
  })

  test('makes the line partial and says so; without it the same call is measured (control)', () => {
    const told = wanted(readSpan(span({ ...CALL, 'gen_ai.usage.input_audio_tokens': 7 })))
    expect(told).toMatchObject({ certainty: 'partial', recognisedBy: 'otel-genai/chat+audio' })
    expect(wanted(readSpan(span(CALL)))).toMatchObject({ certainty: 'measured', recognisedBy: 'otel-genai/chat' })
  })

  test('is known of the call when one of its views tells', () => {
    const outer = candidate(2, 1, { scopeName: 'framework', level: 'framework', tokens: [100, 40], besides: 'audio' })
    const inner = candidate(3, 2, { scopeName: 'client', tokens: [100, 40] })
    const booked = resolve([outer, inner], [place(1, 0)]).filter(({ outcome }) => outcome === 'booked')
    expect(booked).toMatchObject([{ candidate: { spanId: inner.spanId, besides: 'audio', certainty: 'measured' } }])
  })
})

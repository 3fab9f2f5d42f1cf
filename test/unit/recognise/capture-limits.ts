// What no reader can know, because the library did not write it down. Each entry was looked up in the capture: there
// is no span, or no attribute, that holds the missing fact.

/** Calls the library left no span of its own for. */
export const UNSEEN_CALLS: { captures: RegExp; calls: number; why: string }[] = [
  { captures: /^ai-4.*\/abort$/, calls: 1, why: 'neither the outer nor the inner span is ended' },
  { captures: /^litellm-.*\/abort$/, calls: 1, why: 'its callback runs at the end of a stream only' },
  { captures: /^openlit-.*\/abort$/, calls: 1, why: 'the span is dropped with the unread stream' },
  { captures: /^openinference-(?:openai-0\.1\.(?:30|45)|anthropic-0\.1\.18)\/abort$/, calls: 1, why: 'as above' },
  { captures: /^traceloop-(?:openai-0\.40|anthropic-0\.[45]|js).*\/abort$/, calls: 1, why: 'as above' },
  { captures: /^otel-js-openai-.*\/abort$/, calls: 1, why: 'as above' },
  { captures: /-anthropic-(?:0\.1\.18|1\.35\.0)\/stream-helper$/, calls: 1, why: 'messages.stream() is not watched' },
  { captures: /^otel-openai-v2-.*\/responses/, calls: 1, why: 'the responses API is not watched' },
  { captures: /^traceloop-js-openai-0\.22.*\/responses/, calls: 1, why: 'the responses API is not watched' },
  { captures: /^traceloop-openai-0\.40.*\/responses/, calls: 1, why: 'the responses API is not watched' },
  { captures: /^traceloop-js-openai-.*\/embeddings$/, calls: 1, why: 'embeddings are not watched' },
  {
    captures: /^otel-google-genai-.*\/tool-loop$/,
    calls: 1,
    why: 'automatic function calling makes two requests in one span, which has the figures of the last',
  },
]

/** Calls reported in two traces of which one names no response id: nothing ties them together, and both are booked. */
export const DOUBLED_CALLS: { captures: RegExp; calls: number; why: string }[] = [
  {
    captures: /^litellm-beside-openinference-litellm-.*\/two-streams$/,
    calls: 2,
    why: 'OpenInference writes no response id on the spans of LiteLLM’s streams',
  },
  {
    captures: /^litellm-beside-openinference-litellm-.*\/(?:.*-)?stream(?:-.*)?$/,
    calls: 1,
    why: 'OpenInference writes no response id on the spans of LiteLLM’s streams',
  },
]

/** Parts of a call's figures that the library leaves out; input and output are complete. */
export const UNKNOWN_PARTS: { captures: RegExp; parts: string[]; why: string }[] = [
  {
    captures: /^ai-[45].*\/(?:cached|gemini-cached|reasoning|responses)$/,
    parts: ['cacheReadTokens', 'reasoningTokens'],
    why: 'generateText of versions 4 and 5 writes prompt and completion tokens only',
  },
  { captures: /^ai-7.*\/(?:.*reasoning|responses)$/, parts: ['reasoningTokens'], why: 'no such attribute' },
  { captures: /^openinference-smolagents-.*\/cached$/, parts: ['cacheReadTokens'], why: 'no such attribute' },
  {
    captures: /^openlit-openai-1\.35.*\/(?:cached|responses)$/,
    parts: ['cacheReadTokens'],
    why: 'no such attribute',
  },
  { captures: /^openlit-openai-.*\/reasoning$/, parts: ['reasoningTokens'], why: 'no such attribute' },
  {
    captures: /^(?:otel-js-openai|otel-openai-v2|traceloop-js-openai)-.*\/(?:cached|reasoning|responses)$/,
    parts: ['cacheReadTokens', 'reasoningTokens'],
    why: 'no such attributes',
  },
  {
    captures: /^pydantic-ai-1.*\/(?:cached|reasoning|responses)$/,
    parts: ['cacheReadTokens', 'reasoningTokens'],
    why: 'its price table did not know the response',
  },
  {
    captures: /^strands-agents-1\.10.*\/cached$/,
    parts: ['cacheReadTokens'],
    why: 'no attribute for OpenAI’s cached tokens',
  },
  { captures: /^strands-agents-.*\/reasoning$/, parts: ['reasoningTokens'], why: 'no such attribute' },
  { captures: /^traceloop-openai-0\.40.*\/reasoning$/, parts: ['reasoningTokens'], why: 'no such attribute' },
]

// What no reader can know, because the library did not write it down. Each entry was looked up in the capture: there
// is no span, or no attribute, that holds the missing fact.

/** Calls the library left no span of its own for. */
export const UNSEEN_CALLS: { captures: RegExp; calls: number; why: string }[] = [
  { captures: /^ai-4.*\/abort$/, calls: 1, why: 'neither the outer nor the inner span is ended' },
  { captures: /^litellm-.*\/abort$/, calls: 1, why: 'its callback runs at the end of a stream only' },
  { captures: /^openlit-.*\/abort$/, calls: 1, why: 'the span is dropped with the unread stream' },
  { captures: /^openinference-(?:openai-0\.1\.(?:18|30|45)|anthropic-0\.1\.18)\/abort$/, calls: 1, why: 'as above' },
  { captures: /^traceloop-(?:openai-0\.40|anthropic-0\.[45]|js).*\/abort$/, calls: 1, why: 'as above' },
  { captures: /^(?:traceloop-google-genai|openinference-js-langchain).*\/abort$/, calls: 1, why: 'as above' },
  { captures: /^otel-js-openai-.*\/abort$/, calls: 1, why: 'as above' },
  {
    captures: /-anthropic-(?:0\.1\.18|0\.45\.6|1\.3[57]\.0)\/stream-helper$/,
    calls: 1,
    why: 'messages.stream() is not watched',
  },
  { captures: /^otel-openai-v2-2\.0.*\/twins$/, calls: 2, why: 'asynchronous clients are not watched' },
  { captures: /^otel-openai-v2-2\.[01].*\/embeddings$/, calls: 1, why: 'embeddings are not watched' },
  { captures: /^otel-openai-v2-.*\/responses/, calls: 1, why: 'the responses API is not watched' },
  { captures: /^traceloop-js-openai-0\.22.*\/responses/, calls: 1, why: 'the responses API is not watched' },
  { captures: /^traceloop-openai-0\.40.*\/responses/, calls: 1, why: 'the responses API is not watched' },
  { captures: /^traceloop-openai-0\.45.*\/responses-stream$/, calls: 1, why: 'streams of the responses API are not' },
  { captures: /^traceloop-js-openai-.*\/embeddings$/, calls: 1, why: 'embeddings are not watched' },
  {
    captures: /^(?:otel|openinference|traceloop)-google-genai-.*\/tool-loop$/,
    calls: 1,
    why: 'automatic function calling makes two requests in one span, which has the figures of the last',
  },
  {
    captures: /^openinference-google-adk-.*\/(?:agent|delegation)$/,
    calls: 1,
    why: 'an agent’s calls are written over each other on one span',
  },
  { captures: /^openinference-instructor-.*\/reask$/, calls: 3, why: 'one failed span for three answered attempts' },
  { captures: /^(?:openinference|traceloop)-crewai-.*\/direct$/, calls: 1, why: 'only crews are watched' },
  {
    captures: /^openinference-crewai-0\.1\.14\/two-tasks$/,
    calls: 2,
    why: 'the run failed in the instrumentation and has no count',
  },
  {
    captures: /^(?:openinference-crewai-1\.1|traceloop-crewai).*\/(?:agent|two-tasks)$/,
    calls: 1,
    why: 'one count for the crew’s two calls; booked as one stand-in',
  },
  { captures: /^traceloop-agno-.*\/(?:agent|delegation)$/, calls: 1, why: 'one count for the agent’s two calls' },
  { captures: /^traceloop-agno-.*\/(?:responses-)?stream$/, calls: 1, why: 'an agent’s span without figures' },
  { captures: /^traceloop-agno-.*\/team$/, calls: 2, why: 'a team’s span without figures' },
  { captures: /^traceloop-llama-index-.*\/agent$/, calls: 2, why: 'models are not watched, embeddings alone are' },
  {
    captures: /^traceloop-llama-index-.*\/(?:cached|complete|plain|query|reasoning|stream)$/,
    calls: 1,
    why: 'as above',
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
    captures: /^ai-(?:[45]|6\.0\.10).*\/(?:cached|gemini-cached|reasoning|responses)$/,
    parts: ['cacheReadTokens', 'reasoningTokens'],
    why: 'generateText of versions 4, 5 and the first of 6 writes prompt and completion tokens only',
  },
  { captures: /^ai-7.*\/(?:.*reasoning|responses)$/, parts: ['reasoningTokens'], why: 'no such attribute' },
  {
    captures: /^google-adk-1.*\/litellm-anthropic$/,
    parts: ['cacheWriteTokens'],
    why: 'Gemini’s usage, into which the figures are put, has no cache writes',
  },
  {
    captures: /^openinference-(?:agno-1|autogen).*\/(?:cached|reasoning|responses)$/,
    parts: ['cacheReadTokens', 'reasoningTokens'],
    why: 'no such attributes',
  },
  {
    captures: /^openlit-openai-1\.35.*\/(?:cached|responses)$/,
    parts: ['cacheReadTokens'],
    why: 'no such attribute',
  },
  { captures: /^openlit-openai-.*\/reasoning$/, parts: ['reasoningTokens'], why: 'no such attribute' },
  {
    captures:
      /^(?:otel-js-openai|otel-openai-v2|traceloop-js-openai|otel-genai-openai-1\.1b0).*\/(?:cached|reasoning|responses)$/,
    parts: ['cacheReadTokens', 'reasoningTokens'],
    why: 'no such attributes',
  },
  {
    captures: /^pydantic-ai-1.*\/(?:cached|reasoning|responses)$/,
    parts: ['cacheReadTokens', 'reasoningTokens'],
    why: 'its price table did not know the response',
  },
  {
    captures: /^strands-agents-(?:0\.2|1\.10|1\.25).*\/cached$/,
    parts: ['cacheReadTokens'],
    why: 'no attribute for OpenAI’s cached tokens',
  },
  { captures: /^strands-agents-.*\/reasoning$/, parts: ['reasoningTokens'], why: 'no such attribute' },
  {
    captures: /^traceloop-openai-0\.4[05].*\/(?:reasoning|responses)$/,
    parts: ['reasoningTokens'],
    why: 'no such attribute',
  },
  {
    captures: /^traceloop-js-langchain-.*\/(?:cached|reasoning)$/,
    parts: ['cacheReadTokens', 'reasoningTokens'],
    why: 'no such attributes',
  },
]

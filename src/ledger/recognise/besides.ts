// What a call used besides text tokens at the usual price: audio, images, video, searches, cache writes for an hour,
// another service tier. A row keeps no count of them and the price book no rate, so their part of the cost is unknown. In: a span's attributes. Out: their names, '' for none; a call that has
// some is priced in part and flagged so.
import type { Attributes } from '../span.ts'
import { type Keys, readCount, readText } from './attribute.ts'

const CLASSES: readonly (readonly [name: string, keys: Keys])[] = [
  [
    'audio',
    [
      ...['llm.token_count.prompt_details.audio', 'gen_ai.usage.input_audio_tokens'],
      ...['gen_ai.usage.details.input_audio_tokens', 'gen_ai.usage.prompt_tokens_details.audio_tokens'],
      ...['gen_ai.usage.audio.input_tokens', 'gen_ai.usage.input_token_details.audio_tokens'],
    ],
  ],
  [
    'audio',
    [
      ...['llm.token_count.completion_details.audio', 'gen_ai.usage.output_audio_tokens'],
      ...['gen_ai.usage.details.output_audio_tokens', 'gen_ai.usage.completion_tokens_details.audio_tokens'],
      'gen_ai.usage.audio.output_tokens',
    ],
  ],
  [
    'image',
    [
      ...['llm.token_count.prompt_details.image', 'gen_ai.usage.input_image_tokens'],
      ...['gen_ai.usage.details.input_image_tokens', 'gen_ai.usage.prompt_tokens_details.image_tokens'],
      'gen_ai.usage.image.input_tokens',
    ],
  ],
  ['image', ['gen_ai.usage.output_image_tokens', 'gen_ai.usage.details.output_image_tokens']],
  [
    'video',
    [
      ...['gen_ai.usage.input_video_tokens', 'gen_ai.usage.details.input_video_tokens'],
      'gen_ai.usage.video.input_tokens',
    ],
  ],
  ['cache_1h', ['anthropic.usage.cache_creation.ephemeral_1h_input_tokens']],
  [
    'web_search',
    [
      ...['gen_ai.usage.web_search_requests', 'gen_ai.usage.details.web_search_requests'],
      ...['gen_ai.usage.server_tool_use.web_search_requests', 'gen_ai.usage.server_tool_use.web_search'],
    ],
  ],
]

/** The same where a library keeps the provider's answer as text: JSON, or Python's way of writing it. */
const WRITTEN: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['audio', /['"](?:input_|output_)?audio_tokens['"]: ?[1-9]/],
  ['image', /['"](?:input_|output_)?image_tokens['"]: ?[1-9]/],
  ['web_search', /['"]web_search_requests['"]: ?[1-9]/],
  ['cache_1h', /['"]ephemeral_1h_input_tokens['"]: ?[1-9]/],
]
const WRITTEN_KEYS = [
  ...(['metadata.usage_object', 'ai.response.providerMetadata', 'gen_ai.usage.input_token_details'] as const),
]

/** The tier that answered, before the one that was asked for; others than these cost what the book says. */
const TIER_KEYS: Keys = [
  ...['openai.response.service_tier', 'gen_ai.openai.response.service_tier', 'anthropic.response.service_tier'],
  ...['gen_ai.response.service_tier', 'openai.request.service_tier', 'gen_ai.openai.request.service_tier'],
]
const TIERS = new Set(['batch', 'flex', 'priority', 'scale'])
const WRITTEN_TIER = /"service_?[tT]ier": ?"(batch|flex|priority|scale)"/

/** Operations whose tokens are not text, by the class they are made of. */
const MADE_OF = new Map<string, string>(
  Object.entries({
    image_generation: 'image',
    speech: 'audio',
    transcription: 'audio',
    audio: 'audio',
  }),
)

export function readBesides(attributes: Attributes, operation: string): string {
  let found = MADE_OF.get(operation) ?? ''
  const add = (name: string): void => {
    if (!found.split('+').includes(name)) found = found === '' ? name : `${found}+${name}`
  }
  for (const [name, keys] of CLASSES) if ((readCount(attributes, keys) ?? 0) > 0) add(name)
  for (const key of WRITTEN_KEYS) {
    const text = attributes[key]
    if (typeof text !== 'string') continue
    for (const [name, pattern] of WRITTEN) if (pattern.test(text)) add(name)
    const tier = WRITTEN_TIER.exec(text)?.[1]
    if (tier !== undefined) add(`${tier}_tier`)
  }
  const tier = readText(attributes, TIER_KEYS)
  if (TIERS.has(tier)) add(`${tier}_tier`)
  return found
}

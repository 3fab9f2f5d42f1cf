// Who answered, by the address that was asked. In: the provider a library named, and `server.address` or a base URL. Out: the
// canonical provider. Libraries name the client they watch; the conventions leave it to the address to tell whom that asked.
/** Whose machines answer where. */
const HOSTS: readonly (readonly [domain: string, provider: string])[] = [
  ['api.openai.com', 'openai'],
  ['openai.azure.com', 'azure.ai.openai'],
  ['cognitiveservices.azure.com', 'azure.ai.openai'],
  ['ai.azure.com', 'azure.ai.inference'],
  ['api.anthropic.com', 'anthropic'],
  ['amazonaws.com', 'aws.bedrock'],
  ['aiplatform.googleapis.com', 'gcp.vertex_ai'],
  ['generativelanguage.googleapis.com', 'gcp.gemini'],
  ['openrouter.ai', 'openrouter'],
  ['deepseek.com', 'deepseek'],
  ['groq.com', 'groq'],
  ['x.ai', 'x_ai'],
  ['mistral.ai', 'mistral_ai'],
  ['perplexity.ai', 'perplexity'],
  ['together.xyz', 'together_ai'],
  ['together.ai', 'together_ai'],
  ['fireworks.ai', 'fireworks_ai'],
  ['cohere.com', 'cohere'],
  ['cohere.ai', 'cohere'],
  ['cerebras.ai', 'cerebras'],
  ['moonshot.ai', 'moonshot_ai'],
  ['moonshot.cn', 'moonshot_ai'],
  ['z.ai', 'zai'],
  ['voyageai.com', 'voyageai'],
  ['huggingface.co', 'huggingface'],
]

/** Clients that others' servers speak to as well: their name says which words were spoken, not who answered. */
const SPOKEN_BY_OTHERS = new Set(['', 'openai', 'anthropic'])

/** Who answered, where a library names the client it instruments and the address tells whom that asked. */
export function toServing(named: string, address: string): string {
  if (address === '' || !SPOKEN_BY_OTHERS.has(named)) return named
  const host = address
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/[:/].*$/, '')
  const known = HOSTS.find(([domain]) => host === domain || host.endsWith(`.${domain}`))
  return known?.[1] ?? named
}

// Who answers at an address. In: a client's base URL. Out: gen_ai.provider.name and the server attributes. Names are
// those of the GenAI conventions v1.41.1 where they have one.

const PROVIDERS: readonly (readonly [host: RegExp, provider: string])[] = [
  [/(?:^|\.)openai\.azure\.com$/, 'azure.ai.openai'],
  [/(?:^|\.)services\.ai\.azure\.com$|(?:^|\.)models\.ai\.azure\.com$/, 'azure.ai.inference'],
  [/(?:^|\.)openai\.com$/, 'openai'],
  [/(?:^|\.)anthropic\.com$/, 'anthropic'],
  [/^generativelanguage\.googleapis\.com$/, 'gcp.gemini'],
  [/aiplatform\.googleapis\.com$/, 'gcp.vertex_ai'],
  [/(?:^|\.)amazonaws\.com$/, 'aws.bedrock'],
  [/(?:^|\.)deepseek\.com$/, 'deepseek'],
  [/(?:^|\.)groq\.com$/, 'groq'],
  [/(?:^|\.)x\.ai$/, 'x_ai'],
  [/(?:^|\.)mistral\.ai$/, 'mistral_ai'],
  [/(?:^|\.)perplexity\.ai$/, 'perplexity'],
  [/(?:^|\.)cohere\.(?:ai|com)$/, 'cohere'],
  [/(?:^|\.)voyageai\.com$/, 'voyageai'],
  [/(?:^|\.)openrouter\.ai$/, 'openrouter'],
  [/(?:^|\.)together\.(?:ai|xyz)$/, 'together_ai'],
  [/(?:^|\.)fireworks\.ai$/, 'fireworks_ai'],
]

/** @param fallback the maker of the client, for addresses of no known provider (a proxy, a server of one's own). */
export function providerOf(baseUrl: string | undefined, fallback: string): string {
  const host = parse(baseUrl)?.hostname
  return PROVIDERS.find(([pattern]) => host !== undefined && pattern.test(host))?.[1] ?? fallback
}

export function serverOf(baseUrl: string | undefined): { serverAddress?: string; serverPort?: number } {
  const url = parse(baseUrl)
  if (!url) return {}
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  return { serverAddress: url.hostname, serverPort: port }
}

const parse = (text: string | undefined): URL | undefined => (text && URL.canParse(text) ? new URL(text) : undefined)

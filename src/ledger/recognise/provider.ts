// Canonical provider and model names. In: what a library wrote (`openai.chat`, `anthropic/claude-…`, `gemini`).
// Out: the values of `gen_ai.provider.name` in semantic conventions v1.41.1, and the bare model name.

const PROVIDERS = new Map<string, string>(
  Object.entries({
    openai: 'openai',
    'openai-chat': 'openai',
    'openai-responses': 'openai',
    text_completion_openai: 'openai',
    anthropic: 'anthropic',
    claude: 'anthropic',
    gemini: 'gcp.gemini',
    'gcp.gemini': 'gcp.gemini',
    google: 'gcp.gemini',
    google_genai: 'gcp.gemini',
    google_generativeai: 'gcp.gemini',
    generative_ai: 'gcp.gemini',
    'google-gla': 'gcp.gemini',
    'google.generative-ai': 'gcp.gemini',
    'gcp.gen_ai': 'gcp.gemini',
    vertex_ai: 'gcp.vertex_ai',
    vertexai: 'gcp.vertex_ai',
    vertex: 'gcp.vertex_ai',
    'gcp.vertex_ai': 'gcp.vertex_ai',
    'google-vertex': 'gcp.vertex_ai',
    googlevertex: 'gcp.vertex_ai',
    google_vertexai: 'gcp.vertex_ai',
    'google.vertex': 'gcp.vertex_ai',
    bedrock: 'aws.bedrock',
    'aws.bedrock': 'aws.bedrock',
    'amazon-bedrock': 'aws.bedrock',
    amazon_bedrock: 'aws.bedrock',
    bedrock_converse: 'aws.bedrock',
    aws: 'aws.bedrock',
    azure: 'azure.ai.openai',
    azure_openai: 'azure.ai.openai',
    'azure-openai': 'azure.ai.openai',
    'az.ai.openai': 'azure.ai.openai',
    'azure.ai.openai': 'azure.ai.openai',
    azure_ai: 'azure.ai.inference',
    'az.ai.inference': 'azure.ai.inference',
    'azure.ai.inference': 'azure.ai.inference',
    cohere: 'cohere',
    cohere_chat: 'cohere',
    mistral: 'mistral_ai',
    mistralai: 'mistral_ai',
    mistral_ai: 'mistral_ai',
    groq: 'groq',
    deepseek: 'deepseek',
    perplexity: 'perplexity',
    xai: 'x_ai',
    x_ai: 'x_ai',
    'x-ai': 'x_ai',
    grok: 'x_ai',
    moonshot: 'moonshot_ai',
    moonshotai: 'moonshot_ai',
    moonshot_ai: 'moonshot_ai',
    cerebras: 'cerebras',
    zai: 'zai',
    'z.ai': 'zai',
    zhipuai: 'zhipuai',
    minimax: 'minimax',
    cloudflare: 'cloudflare',
    'workers-ai': 'cloudflare',
    github_copilot: 'github_copilot',
    'github-copilot': 'github_copilot',
    watsonx: 'ibm.watsonx.ai',
    'ibm.watsonx.ai': 'ibm.watsonx.ai',
    voyage: 'voyageai',
    voyageai: 'voyageai',
    openrouter: 'openrouter',
    together: 'together_ai',
    together_ai: 'together_ai',
    togetherai: 'together_ai',
    fireworks: 'fireworks_ai',
    fireworks_ai: 'fireworks_ai',
    ollama: 'ollama',
    huggingface: 'huggingface',
  }),
)

/** Families whose maker can be told from the model name alone, when the library names none or names itself. */
const FAMILIES: [RegExp, string][] = [
  [/^(?:gpt-|chatgpt|o[134](?:-|$)|text-embedding-(?:3|ada)|davinci|babbage|omni-moderation|codex-)/, 'openai'],
  // Vertex writes Anthropic's dates behind an @.
  [/^claude[a-z0-9.-]*@(?:\d{8}|default|latest)$/, 'gcp.vertex_ai'],
  [/^claude/, 'anthropic'],
  [/^(?:gemini|text-embedding-00|gemma|learnlm)/, 'gcp.gemini'],
  [/^(?:[a-z]{2,6}\.)?(?:anthropic|amazon|meta|cohere|mistral|ai21)\./, 'aws.bedrock'],
  [/^(?:mistral|mixtral|codestral|ministral|magistral|pixtral)/, 'mistral_ai'],
  [/^(?:command|embed-|rerank-(?:english|multilingual|v))/, 'cohere'],
  [/^(?:voyage-|rerank-(?:lite-)?[12])/, 'voyageai'],
  [/^grok/, 'x_ai'],
  [/^deepseek/, 'deepseek'],
  [/^sonar/, 'perplexity'],
  [/^(?:kimi-|moonshot-)/, 'moonshot_ai'],
  [/^glm-/, 'zai'],
]

const PREFIXED = /^([a-z][a-z0-9_.-]*)\/(.+)$/

/** `openai.chat` → `openai`; an unknown provider is kept as written, a framework's own name gives ''. */
export function toProvider(written: string): string {
  const name = written.trim().toLowerCase()
  const known = PROVIDERS.get(name)
  if (known !== undefined) return known
  // `constructor` and the like: whoever looks a provider up in a plain object would find what every object has.
  if (FRAMEWORKS.has(name) || name in Object.prototype) return ''
  // `openai.chat`, `anthropic.messages`, `google.generative-ai`, `azure.openai.responses`: the longest known head wins.
  for (let cut = name.lastIndexOf('.'); cut > 0; cut = name.lastIndexOf('.', cut - 1)) {
    const head = PROVIDERS.get(name.slice(0, cut))
    if (head !== undefined) return head
  }
  // `acme.chat`: who it is, and which of its interfaces.
  return name.replace(/\.(?:chat|completions?|embeddings?|responses|messages|image)$/, '')
}

/**
 * Who answered, from the provider a library named and the maker the model's own name tells. Google's API serves no other
 * maker's models, though Google's agents name it for whatever they ask through LiteLLM.
 */
export function toAnswering(named: string, maker: string): string {
  const isForeign = named === 'gcp.gemini' && maker !== '' && !maker.startsWith('gcp.')
  // Anthropic's client asks Bedrock and Vertex too, which name the models in their own way.
  const isResold = named === 'anthropic' && (maker === 'aws.bedrock' || maker === 'gcp.vertex_ai')
  return isForeign || isResold ? maker : named || maker
}

/** '' for a name that is no provider's. */
export const toKnownProvider = (name: string): string => PROVIDERS.get(name) ?? ''

/** Frameworks that put their own name where the provider's belongs. */
const FRAMEWORKS = new Set([
  '',
  'ai',
  'agno',
  'autogen',
  'crewai',
  'dspy',
  'gateway',
  'gcp.vertex.agent',
  'haystack',
  'langchain',
  'langgraph',
  'litellm',
  'llama_index',
  'llamaindex',
  'llama-index',
  'microsoft.agent_framework',
  'pydantic-ai',
  'pydantic_ai',
  'semantic_kernel',
  'smolagents',
  'strands',
  'strands-agents',
  'unknown',
  'none',
  'vercel',
])

/** The maker by model family, or ''. */
export function providerOfModel(model: string): string {
  const name = model.toLowerCase()
  for (const [pattern, provider] of FAMILIES) if (pattern.test(name)) return provider
  return ''
}

export interface ModelName {
  model: string
  /** Provider named by a routing prefix (`anthropic/claude-…`), or ''. */
  prefix: string
}

/** They sell other makers' models at prices of their own, under names like `anthropic/claude-…`. */
const ROUTERS = new Set(['openrouter', 'together_ai', 'fireworks_ai', 'huggingface'])

export const isRouter = (provider: string): boolean => ROUTERS.has(provider)

/** Takes routing prefixes off: `anthropic/claude-x` and `models/gemini-x` become the bare name. Other slashes stay. */
export function toModelName(written: string): ModelName {
  const name = written.trim()
  if (/^unknown$/i.test(name)) return { model: '', prefix: '' }
  const match = PREFIXED.exec(name)
  if (match === null) return { model: name, prefix: '' }
  const [, head = '', rest = ''] = match
  if (head === 'models' || head === 'publishers') return { model: rest.slice(rest.lastIndexOf('/') + 1), prefix: '' }
  const prefix = PROVIDERS.get(head)
  if (prefix === undefined) return { model: name, prefix: '' }
  // An open router's model keeps its maker (`openrouter/anthropic/claude-x` → `anthropic/claude-x`): its price differs.
  return { model: rest, prefix }
}

/** Claude models and Bedrock report input without cached tokens; every other provider reports it with them. */
export function excludesCacheOnTheWire(provider: string, model: string): boolean {
  return provider === 'anthropic' || provider === 'aws.bedrock' || /claude/i.test(model)
}

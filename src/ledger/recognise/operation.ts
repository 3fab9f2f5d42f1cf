// The words libraries use for what a span did. In: such a word, any case. Out: our operation name, and whether a span
// with it reports one model call, sums up calls beneath it, or has nothing to do with a model.

export type Role = 'call' | 'aggregate' | 'other'

export interface OperationRule {
  operation: string
  role: Role
}

const call = (operation: string): OperationRule => ({ operation, role: 'call' })
const aggregate = (operation: string): OperationRule => ({ operation, role: 'aggregate' })
const other = (operation: string): OperationRule => ({ operation, role: 'other' })

const WORDS = new Map<string, OperationRule>(
  Object.entries({
    chat: call('chat'),
    llm: call('chat'),
    message: call('chat'),
    messages: call('chat'),
    'messages.create': call('chat'),
    anthropic_messages: call('chat'),
    pass_through_endpoint: call('chat'),
    llm_passthrough_route: call('chat'),
    realtime: call('chat'),
    responses: call('chat'),
    response: call('chat'),
    completion: call('chat'),
    text_completion: call('text_completion'),
    generate_content: call('generate_content'),
    generate_content_stream: call('generate_content'),
    embeddings: call('embeddings'),
    embedding: call('embeddings'),
    embed: call('embeddings'),
    embed_content: call('embeddings'),
    rerank: call('rerank'),
    reranker: call('rerank'),
    image_generation: call('image_generation'),
    generate_image: call('image_generation'),
    image_edit: call('image_generation'),
    speech: call('speech'),
    audio: call('audio'),
    transcription: call('transcription'),
    moderation: call('moderation'),
    invoke_agent: aggregate('invoke_agent'),
    agent: aggregate('invoke_agent'),
    invoke_workflow: aggregate('invoke_workflow'),
    workflow: aggregate('invoke_workflow'),
    chain: aggregate('chain'),
    task: aggregate('chain'),
    framework: aggregate('chain'),
    plan: aggregate('plan'),
    create_agent: other('create_agent'),
    // Asked before a call, free, and answered with a figure of input tokens.
    count_tokens: other('count_tokens'),
    execute_tool: other('execute_tool'),
    tool: other('execute_tool'),
    retriever: other('retrieval'),
    retrieval: other('retrieval'),
    guardrail: other('guardrail'),
    evaluator: other('evaluation'),
    prompt: other('prompt'),
    parser: other('parser'),
    vectordb: other('retrieval'),
  }),
)

/** Async names (`acompletion`) and dotted ones (`chat.completions`) mean the same call; undefined for an unknown word. */
export function toOperation(word: string): OperationRule | undefined {
  const name = word.trim().toLowerCase()
  return WORDS.get(name) ?? (name.startsWith('a') ? WORDS.get(name.slice(1)) : undefined) ?? ALIASES.get(name)
}

const ALIASES = new Map<string, OperationRule>(
  Object.entries({
    'chat.completions': call('chat'),
    'chat.completions.create': call('chat'),
    atext_completion: call('text_completion'),
    'image generation': call('image_generation'),
    aimage_generation: call('image_generation'),
    vector_db_retrieve: other('retrieval'),
  }),
)

/** What a call that names no operation does, as far as its model tells. */
export function operationOfModel(model: string): string {
  if (/embed|^voyage-|^bge-/i.test(model)) return 'embeddings'
  return /rerank/i.test(model) ? 'rerank' : ''
}

/** What generates no text, so that no chat repeats it. */
const CLASSES_OF_THEIR_OWN = new Set([
  ...['embeddings', 'rerank', 'image_generation', 'speech', 'audio', 'transcription', 'moderation'],
])

/** Calls of different classes never stand for each other. A word nobody knows (`plan`, `step`) is about generation. */
export const operationClass = (operation: string): string =>
  CLASSES_OF_THEIR_OWN.has(operation) ? operation : 'generation'

/** They answer with numbers, so all their tokens are input. */
export const readsOnly = (operation: string): boolean => operation === 'embeddings' || operation === 'rerank'

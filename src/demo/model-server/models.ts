// The models the stand-in server offers, by what they can do. Names follow the price overrides of the ledger, plus one
// that no price book knows, so that unpriced calls can be shown.

export type ModelKind = 'chat' | 'embeddings' | 'rerank'

/** A chat model without a price anywhere: its calls are booked as unpriced. */
export const UNPRICED_MODEL = 'unlisted-model-1'

export const MODELS: Readonly<Record<string, { kind: ModelKind; ownedBy: string }>> = {
  'gemini-2.5-flash': { kind: 'chat', ownedBy: 'google' },
  'gemini-2.5-pro': { kind: 'chat', ownedBy: 'google' },
  'claude-sonnet-4-0': { kind: 'chat', ownedBy: 'anthropic' },
  'claude-opus-4-5': { kind: 'chat', ownedBy: 'anthropic' },
  'grok-beta': { kind: 'chat', ownedBy: 'xai' },
  [UNPRICED_MODEL]: { kind: 'chat', ownedBy: 'nobody' },
  'voyage-3.5': { kind: 'embeddings', ownedBy: 'voyage' },
  'bge-m3': { kind: 'embeddings', ownedBy: 'baai' },
  'rerank-2.5': { kind: 'rerank', ownedBy: 'voyage' },
}

export const isModelOf = (model: string, kind: ModelKind): boolean =>
  Object.hasOwn(MODELS, model) && MODELS[model]?.kind === kind

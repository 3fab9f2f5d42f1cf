// What each deal holds, in memory and kept apart by namespace. In: facts (from the journal or new). Out: passages,
// corrections and conversations of one namespace; there is no way to ask across namespaces.
import { LRUCache } from 'lru-cache'
import type { Credential } from '../credentials.ts'
import type { TextPassage } from '../documents/split-passages.ts'
import { createPassageIndex, type PassageIndex } from './passage-index.ts'

/** Organisation and deal as one key, for the graph as well: `organisation:deal`. */
export const namespaceOf = ({ orgId, dealId }: Credential): string => `${orgId}:${dealId}`

export interface Document {
  id: string
  name: string
  mediaType: string
  uploadedAt: string
  /** SHA-256 of the text, by which the same document is recognised. */
  digest: string
  passageCount: number
}

export interface Passage {
  documentId: string
  documentName: string
  text: string
  vector: Float32Array | undefined
}

export interface NewPassage extends TextPassage {
  vector: Float32Array | undefined
}

export interface Correction {
  id: string
  text: string
  at: string
}

export interface Turn {
  question: string
  answer: string
}

/** Turns of one conversation that are kept; the prompt uses fewer. */
const MAX_TURNS = 200
const MAX_CONVERSATIONS = 1_000
const MAX_ANSWERS = 5_000

export interface Workspace {
  namespace: string
  documents: Map<string, Document>
  passages: Passage[]
  index: PassageIndex
  corrections: Correction[]
  /** Recent answers by id, and the span that made each. */
  answers: LRUCache<string, { traceId: string; spanId: string }>
  turnsOf(conversationId: string): readonly Turn[]
  remember(conversationId: string, turn: Turn): void
  addDocument(document: Omit<Document, 'passageCount'>, passages: NewPassage[]): void
}

export interface Workspaces {
  of(credential: Credential): Workspace
}

function createWorkspace(namespace: string): Workspace {
  const conversations = new LRUCache<string, Turn[]>({ max: MAX_CONVERSATIONS })
  const documents = new Map<string, Document>()
  const passages: Passage[] = []
  const index = createPassageIndex()
  return {
    namespace,
    documents,
    passages,
    index,
    corrections: [],
    answers: new LRUCache({ max: MAX_ANSWERS }),
    turnsOf: (conversationId) => conversations.get(conversationId) ?? [],
    remember(conversationId, turn) {
      conversations.set(conversationId, [...(conversations.get(conversationId) ?? []), turn].slice(-MAX_TURNS))
    },
    addDocument(document, parts) {
      documents.set(document.id, { ...document, passageCount: parts.length })
      for (const part of parts) {
        passages.push({ documentId: document.id, documentName: document.name, text: part.text, vector: part.vector })
        index.add(`${document.name} ${part.heading} ${part.text}`)
      }
    },
  }
}

export function createWorkspaces(): Workspaces {
  const byNamespace = new Map<string, Workspace>()
  return {
    of(credential) {
      const namespace = namespaceOf(credential)
      const found = byNamespace.get(namespace) ?? createWorkspace(namespace)
      byNamespace.set(namespace, found)
      return found
    },
  }
}

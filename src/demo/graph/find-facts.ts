// The graph stage of an upload: which companies and people a document names, and what it says they do. Deliberately
// plain: patterns over sentences, no model. In: text and the document's name. Out: facts for the graph.
import type { GraphEntity, GraphFact } from './deal-graph.ts'

const NAME = String.raw`\p{Lu}[\p{L}\p{N}&.'-]*(?:\s+(?:of\s+)?\p{Lu}[\p{L}\p{N}&'-]*){0,3}`
const VERBS: Readonly<Record<string, string>> = {
  supplies: 'supplies',
  'sells to': 'sells to',
  leads: 'leads',
  owns: 'owns',
  acquired: 'acquired',
  'is based in': 'is based in',
  employs: 'employs',
}
const FACT = new RegExp(`(${NAME})\\s+(${Object.keys(VERBS).join('|')})\\s+(${NAME})`, 'gu')

/** Facts of one document that are kept; a list of names is no knowledge. */
const MAX_FACTS = 200

const kindOf = (relation: string, side: 'from' | 'to'): GraphEntity['kind'] => {
  if (relation === 'leads' && side === 'from') return 'person'
  return relation === 'is based in' && side === 'to' ? 'place' : 'company'
}

const SENTENCE_START = /^(?:The|A|An|In|On|At|And|But|It|This|That)\s+/

export function findFacts(text: string, documentName: string): GraphFact[] {
  const facts: GraphFact[] = []
  for (const match of text.matchAll(FACT)) {
    if (facts.length >= MAX_FACTS) break
    const relation = VERBS[match[2] ?? '']
    const from = (match[1] ?? '').replace(SENTENCE_START, '').replace(/[.']+$/, '')
    const to = (match[3] ?? '').replace(/[.']+$/, '')
    if (!relation || from === '' || to === '') continue
    const source: GraphEntity = { kind: kindOf(relation, 'from'), name: from }
    const target: GraphEntity = { kind: kindOf(relation, 'to'), name: to }
    const document: GraphEntity = { kind: 'document', name: documentName }
    facts.push({ from: source, relation, to: target }, { from: document, relation: 'mentions', to: source })
  }
  return facts
}

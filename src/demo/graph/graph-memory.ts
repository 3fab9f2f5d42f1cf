// Facts on their way to the graph. In: facts that a deal has. Out: the same in Neo4j, at once or, when Neo4j is down,
// with the next question that reaches it; saving is idempotent, so a repeat does no harm.
import type { DealGraph, GraphFact } from './deal-graph.ts'

export interface GraphMemory {
  /** Keeps facts for the next visit to the graph; never fails. */
  stage(namespace: string, facts: readonly GraphFact[]): void
  /** Writes what is staged. Rejects when the graph cannot be reached; the facts stay staged. */
  flush(namespace: string): Promise<void>
  factsAbout(namespace: string, text: string, limit: number): Promise<GraphFact[]>
}

export function createGraphMemory(graph: DealGraph): GraphMemory {
  const staged = new Map<string, GraphFact[]>()

  async function flush(namespace: string): Promise<void> {
    const facts = staged.get(namespace)
    if (!facts || facts.length === 0) return
    staged.delete(namespace)
    try {
      await graph.save(namespace, facts)
    } catch (error) {
      staged.set(namespace, [...facts, ...(staged.get(namespace) ?? [])])
      throw error
    }
  }

  return {
    stage(namespace, facts) {
      staged.set(namespace, [...(staged.get(namespace) ?? []), ...facts])
    },
    flush,
    async factsAbout(namespace, text, limit) {
      await flush(namespace)
      return graph.factsAbout(namespace, text, limit)
    },
  }
}

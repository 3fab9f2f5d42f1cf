// Facts on their way to the graph, and questions to it. In: facts that a deal has. Out: the same in Neo4j, at once or,
// when Neo4j is down, once it is back; saving is idempotent, so a repeat does no harm. After a failure the graph is left
// alone for a moment, so that an outage does not cost every question the full wait.
import type { Clock } from '../../shared/clock.ts'
import type { DealGraph, GraphFact } from './deal-graph.ts'

export interface GraphMemory {
  /** Keeps facts for the next visit to the graph; never fails. */
  stage(namespace: string, facts: readonly GraphFact[]): void
  /** Writes what is staged for one namespace. Rejects when the graph cannot be reached; the facts stay staged. */
  flush(namespace: string): Promise<void>
  /** Writes what is staged for all; rejects at the first failure. */
  flushAll(): Promise<void>
  factsAbout(namespace: string, text: string, limit: number): Promise<GraphFact[]>
}

export class GraphRestingError extends Error {
  override readonly name = 'GraphRestingError'
}

export function createGraphMemory(graph: DealGraph, options: { clock: Clock; restMs: number }): GraphMemory {
  const { clock, restMs } = options
  const staged = new Map<string, GraphFact[]>()
  let failedAtMs = Number.NEGATIVE_INFINITY

  async function visit<T>(work: () => Promise<T>): Promise<T> {
    const sinceMs = clock.nowMs() - failedAtMs
    if (sinceMs < restMs)
      throw new GraphRestingError(`Neo4j failed ${Math.round(sinceMs)} ms ago and is left alone for ${restMs} ms`)
    try {
      return await work()
    } catch (error) {
      failedAtMs = clock.nowMs()
      throw error
    }
  }

  async function write(namespace: string): Promise<void> {
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
    flush: (namespace) => visit(() => write(namespace)),
    async flushAll() {
      for (const namespace of [...staged.keys()]) await visit(() => write(namespace))
    },
    factsAbout: (namespace, text, limit) => visit(() => graph.factsAbout(namespace, text, limit)),
  }
}

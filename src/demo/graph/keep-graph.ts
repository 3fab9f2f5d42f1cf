// Writes staged facts to the graph whenever it answers. In: the app's context. Out: a loop that stops when told to; one
// log line when Neo4j goes away, one when what waited is written.
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '../../shared/logger.ts'
import type { GraphMemory } from './graph-memory.ts'

const PAUSE_MS = 2_000

export interface GraphKeeper {
  /** Resolves when the first attempt ended, well or not. */
  firstRound: Promise<void>
  stop(): Promise<void>
}

export function keepGraph(context: { graphMemory: GraphMemory; logger: Logger }): GraphKeeper {
  const stopping = new AbortController()
  const { graphMemory, logger } = context
  const first = Promise.withResolvers<void>()
  const loop = async () => {
    let failing = false
    while (!stopping.signal.aborted) {
      try {
        await graphMemory.flushAll()
        if (failing) logger.info('the graph has what waited for it')
        failing = false
      } catch (error) {
        if (!failing) logger.warn({ err: error }, 'facts wait for the graph: Neo4j does not answer')
        failing = true
      }
      first.resolve()
      await delay(PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  const running = loop()
  return {
    firstRound: first.promise,
    stop() {
      stopping.abort()
      return running
    },
  }
}

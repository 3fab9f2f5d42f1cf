// GET /api/search?q=…: passages, facts of the graph and corrections in one answer. In: words. Out: what was found, and
// what could not be searched.
import type { RequestHandler } from 'express'
import { z } from 'zod'
import { activeTraceId } from '../../../instrumentation/index.ts'
import { lookUpFacts, toSource } from '../answer/answer-question.ts'
import { retrieve } from '../answer/retrieve.ts'
import type { DemoContext } from '../context.ts'
import { callerOf } from '../http/caller.ts'
import { parseInput } from '../http/problem.ts'
import type { RunFeature } from '../http/run-feature.ts'
import { createPassageIndex } from '../workspace/passage-index.ts'

const MAX_QUERY_CHARACTERS = 1_000

const schema = z.object({
  q: z
    .string('is required, as ?q=words')
    .trim()
    .min(1, 'is empty; search for something')
    .max(MAX_QUERY_CHARACTERS, `is longer than ${MAX_QUERY_CHARACTERS} characters; use fewer words`),
  mode: z.enum(['keyword', 'hybrid']).default('hybrid'),
  limit: z.coerce.number().int().min(1).max(50).default(10),
})

export function search(context: DemoContext, runFeature: RunFeature): RequestHandler {
  return async (request, response) => {
    const { q, mode, limit } = parseInput(schema, request.query)
    const workspace = context.workspaces.of(callerOf(request))
    const found = await runFeature('search', { request, response }, async ({ run, signal, behaviour }) => {
      const degraded: { part: string; message: string }[] = []
      const degrade = (part: string, message: string, reason: string) => {
        degraded.push({ part, message })
        run.degrade(reason)
      }
      const [passages, facts] = await Promise.all([
        retrieve(q, workspace, context.models, {
          mode,
          limit,
          signal,
          behaviour,
          onDegraded: (reason) =>
            degrade('embeddings', 'Search by meaning is unavailable; words were searched.', reason),
        }),
        lookUpFacts(q, workspace.namespace, context.graphMemory).catch(() => {
          degrade('graph', 'The knowledge graph is unavailable and was not searched.', 'graph unavailable')
          return []
        }),
      ])
      run.setMetadata({ passages: passages.length, facts: facts.length, mode })
      return { passages: passages.map(toSource), facts, corrections: searchCorrections(q), degraded }
    })
    response.json({ query: q, ...found, trace_id: activeTraceId() ?? null })

    function searchCorrections(query: string) {
      const index = createPassageIndex()
      for (const correction of workspace.corrections) index.add(correction.text)
      return index.search(query, limit).flatMap((hit) => workspace.corrections[hit.index] ?? [])
    }
  }
}

// POST /api/documents?name=report.md (the file is the body), GET /api/documents, POST /api/documents/:id/analysis.
import type { RequestHandler } from 'express'
import { z } from 'zod'
import { activeTraceId } from '../../../instrumentation/index.ts'
import { AppError } from '../../shared/errors.ts'
import { answerQuestion } from '../answer/answer-question.ts'
import type { DemoContext } from '../context.ts'
import { takeIn } from '../documents/take-in.ts'
import { callerOf } from '../http/caller.ts'
import { parseInput } from '../http/problem.ts'
import { readBody } from '../http/read-body.ts'
import type { RunFeature } from '../http/run-feature.ts'
import type { Document } from '../workspace/workspaces.ts'

/** Any script and punctuation; no control characters, no path. */
const name = z
  .string('is required; send it as ?name=report.md')
  .trim()
  .min(1, 'is empty')
  .max(200, 'is longer than 200 characters')
  .regex(/^[^\p{C}/\\]+$/u, 'must not hold control characters, / or \\')
  .transform((value) => value.normalize('NFC'))

const toWire = (document: Document) => ({
  id: document.id,
  name: document.name,
  media_type: document.mediaType,
  uploaded_at: document.uploadedAt,
  passages: document.passageCount,
})

export function uploadDocument(context: DemoContext, runFeature: RunFeature): RequestHandler {
  return async (request, response) => {
    const query = parseInput(z.object({ name }), request.query)
    const mediaType = request.get('content-type')?.split(';')[0]?.trim() ?? ''
    const workspace = context.workspaces.of(callerOf(request))
    const taken = await runFeature('document_upload', { request, response }, async (work) => {
      const bytes = await work.run.stage('receive', () => readBody(request, context.options.maxUploadBytes))
      return takeIn(context, workspace, { bytes, mediaType, name: query.name }, work)
    })
    response.status(taken.duplicate ? 200 : 201).json({
      document: toWire(taken.document),
      duplicate: taken.duplicate,
      degraded: taken.degraded,
      trace_id: activeTraceId() ?? null,
    })
  }
}

export function listDocuments(context: DemoContext): RequestHandler {
  return (request, response) => {
    const { documents } = context.workspaces.of(callerOf(request))
    response.json({ documents: [...documents.values()].map(toWire) })
  }
}

const ANALYSIS_QUESTION = 'What are the most important facts, figures, dates and risks in this document?'
const FIGURE =
  /(?:[€$£]\s?)?\d[\d.,]*\s?(?:%|percent|million|billion|euros?|days|weeks|months|years)(?:\s(?:euros?|dollars?))?/giu
const DATE =
  /\d{1,2}\s(?:January|February|March|April|May|June|July|August|September|October|November|December)\s\d{4}|\d{4}-\d{2}-\d{2}/g
const MAX_FINDINGS = 50

export function analyseDocument(context: DemoContext, runFeature: RunFeature): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const workspace = context.workspaces.of(callerOf(request as never))
    const document = workspace.documents.get(request.params.id)
    if (!document) throw new AppError('not_found', `This deal has no document ${JSON.stringify(request.params.id)}.`)
    const exchange = { request: request as never, response }
    const analysis = await runFeature('document_analysis', exchange, async ({ run, signal, behaviour }) => {
      const found = await run.stage('extract', () =>
        extract(workspace.passages.filter((item) => item.documentId === document.id)),
      )
      const question = {
        text: ANALYSIS_QUESTION,
        conversationId: `analysis-${document.id}`,
        retrieval: context.options.retrieval,
        documentId: document.id,
        behaviour,
        signal,
      }
      const parts = { workspace, graph: context.graphMemory, models: context.models }
      const answer = await run.stage('summarise', () => answerQuestion(run, question, parts))
      return { ...found, summary: answer.answer, degraded: answer.degraded, usage: answer.usage }
    })
    response.json({ document: toWire(document), ...analysis, trace_id: activeTraceId() ?? null })
  }
}

function extract(passages: readonly { text: string }[]): { figures: string[]; dates: string[] } {
  const text = passages.map((passage) => passage.text).join('\n')
  const unique = (pattern: RegExp) => [...new Set(text.match(pattern) ?? [])].slice(0, MAX_FINDINGS)
  return { figures: unique(FIGURE), dates: unique(DATE) }
}

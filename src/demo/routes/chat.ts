// POST /api/chat and POST /api/qa. In: a question. Out: JSON, or server-sent events when the Accept header asks for
// them: `sources`, `text` …, then `done` with the whole answer or `error`.
import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { activeTraceId, withTenant } from '../../../instrumentation/index.ts'
import { AppError } from '../../shared/errors.ts'
import { type Answer, answerQuestion, type Question } from '../answer/answer-question.ts'
import type { DemoContext } from '../context.ts'
import { callerOf } from '../http/caller.ts'
import { hasCallerLeft } from '../http/caller-left.ts'
import { openEventStream, wantsEventStream } from '../http/event-stream.ts'
import { parseInput, toAppError, toProblem } from '../http/problem.ts'
import type { FeatureWork, RunFeature } from '../http/run-feature.ts'
import type { Workspace } from '../workspace/workspaces.ts'
import { rememberCorrection } from './corrections.ts'

/** Longer questions are refused: they are documents. */
export const MAX_QUESTION_CHARACTERS = 8_000

const question = z
  .string('is required and has to be text')
  .trim()
  .min(1, 'is empty; ask something')
  .max(
    MAX_QUESTION_CHARACTERS,
    `is longer than ${MAX_QUESTION_CHARACTERS} characters; upload it as a document and ask about it`,
  )

const conversationId = z.string().regex(/^[A-Za-z0-9._:@-]{1,128}$/, 'has to be 1 to 128 of A-Z a-z 0-9 . _ : @ -')

const chatSchema = z.strictObject({
  message: question,
  conversation_id: conversationId.optional(),
  retrieval: z.enum(['keyword', 'hybrid']).optional(),
})

const qaSchema = z.strictObject({
  question,
  document_id: z.string().min(1).optional(),
  retrieval: z.enum(['keyword', 'hybrid']).optional(),
})

/** A message that starts like this corrects an earlier answer and is remembered for the deal. */
const CORRECTION = /^\s*correction\s*:\s*(\S[\s\S]*)$/i

export interface AnswerResponse extends Answer {
  conversation_id: string
  trace_id: string | null
  remembered: string | null
}

interface Asked {
  feature: string
  message: string
  conversationId: string
  retrieval: Question['retrieval']
  documentId?: string | undefined
}

export function chat(context: DemoContext, runFeature: RunFeature): RequestHandler {
  return async (request, response) => {
    const body = parseInput(chatSchema, request.body)
    await respond(context, runFeature, request, response, {
      feature: 'chat',
      message: body.message,
      conversationId: body.conversation_id ?? randomUUID(),
      retrieval: body.retrieval ?? context.options.retrieval,
    })
  }
}

export function qa(context: DemoContext, runFeature: RunFeature): RequestHandler {
  return async (request, response) => {
    const body = parseInput(qaSchema, request.body)
    const { documents } = context.workspaces.of(callerOf(request))
    if (body.document_id !== undefined && !documents.has(body.document_id)) {
      throw new AppError('not_found', `This deal has no document ${JSON.stringify(body.document_id)}.`)
    }
    await respond(context, runFeature, request, response, {
      feature: 'qa_response',
      message: body.question,
      conversationId: randomUUID(),
      retrieval: body.retrieval ?? context.options.retrieval,
      documentId: body.document_id,
    })
  }
}

async function respond(
  context: DemoContext,
  runFeature: RunFeature,
  request: Request,
  response: Response,
  asked: Asked,
): Promise<void> {
  const workspace = context.workspaces.of(callerOf(request))
  const work = (given: FeatureWork, listener?: Parameters<typeof answerQuestion>[3]) =>
    withTenant({ sessionId: request.get('X-Session-Id') || asked.conversationId }, () =>
      makeAnswer(context, workspace, given, asked, listener),
    )
  if (!wantsEventStream(request)) {
    response.json(await runFeature(asked.feature, { request, response }, (given) => work(given)))
    return
  }
  const stream = openEventStream(response)
  try {
    const answer = await runFeature(asked.feature, { request, response }, (given) =>
      work(given, {
        found: (sources, degraded) => stream.send('sources', { sources, degraded }),
        text: (text) => stream.send('text', { text }),
      }),
    )
    stream.send('done', answer)
  } catch (error) {
    if (hasCallerLeft(error)) {
      context.logger.info({ path: request.path }, 'the caller left before the answer was complete')
      return
    }
    // The status line is out already; what went wrong travels as an event, and is logged like any other failure.
    const failure = toAppError(error)
    context.logger.error({ err: failure.cause ?? failure, code: failure.code }, failure.message)
    stream.send('error', toProblem(failure, activeTraceId() ?? ''))
  }
  stream.end()
}

async function makeAnswer(
  context: DemoContext,
  workspace: Workspace,
  { run, signal, behaviour }: FeatureWork,
  asked: Asked,
  listener: Parameters<typeof answerQuestion>[3],
): Promise<AnswerResponse> {
  const correction = CORRECTION.exec(asked.message)?.[1]
  const remembered = correction ? await rememberCorrection(context, workspace, correction) : null
  const { message: text, conversationId: conversation, retrieval, documentId } = asked
  const parts = { workspace, graph: context.graphMemory, models: context.models }
  const ask = { text, conversationId: conversation, retrieval, documentId, behaviour, signal }
  const answer = await answerQuestion(run, ask, parts, listener)
  return {
    ...answer,
    conversation_id: conversation,
    trace_id: activeTraceId() ?? null,
    remembered: remembered?.id ?? null,
  }
}

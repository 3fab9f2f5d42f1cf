// POST /api/feedback: what a person thinks of an answer. In: the answer's id and a rating. Out: 204; the rating is
// recorded on the trace of the answer it judges.
import type { RequestHandler } from 'express'
import { z } from 'zod'
import { recordFeedback } from '../../../instrumentation/index.ts'
import { AppError } from '../../shared/errors.ts'
import type { DemoContext } from '../context.ts'
import { callerOf } from '../http/caller.ts'
import { parseInput } from '../http/problem.ts'

const schema = z.strictObject({
  answer_id: z.string('is required; it comes with the answer').min(1),
  rating: z.number('has to be a number from -1 (bad) to 1 (good)').min(-1).max(1),
  comment: z.string().max(2_000, 'is longer than 2000 characters').optional(),
})

export function giveFeedback(context: DemoContext): RequestHandler {
  return (request, response) => {
    const { answer_id, rating, comment } = parseInput(schema, request.body)
    const judged = context.workspaces.of(callerOf(request)).answers.get(answer_id)
    if (!judged) throw new AppError('not_found', `This deal has no recent answer ${JSON.stringify(answer_id)}.`)
    recordFeedback({ rating, kind: 'thumbs', comment }, judged)
    response.status(204).end()
  }
}

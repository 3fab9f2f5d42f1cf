// What people correct is remembered for their deal and put into every later prompt. In: a correction in words.
// Out: its id, once it is kept.
import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import type { DemoContext } from '../context.ts'
import { callerOf } from '../http/caller.ts'
import { parseInput } from '../http/problem.ts'
import type { RunFeature } from '../http/run-feature.ts'
import type { Correction, Workspace } from '../workspace/workspaces.ts'

const MAX_CORRECTION_CHARACTERS = 1_000
const MAX_CORRECTIONS = 500

const schema = z.strictObject({
  text: z
    .string()
    .trim()
    .min(1, 'is empty; say what is right')
    .max(MAX_CORRECTION_CHARACTERS, `is longer than ${MAX_CORRECTION_CHARACTERS} characters; say it in fewer words`),
})

export async function rememberCorrection(
  context: DemoContext,
  workspace: Workspace,
  text: string,
): Promise<Correction> {
  const kept = text.trim().slice(0, MAX_CORRECTION_CHARACTERS)
  const correction = { id: randomUUID(), text: kept, at: new Date(context.clock.nowMs()).toISOString() }
  await context.journal.append({ kind: 'correction', namespace: workspace.namespace, ...correction })
  workspace.corrections.push(correction)
  if (workspace.corrections.length > MAX_CORRECTIONS) workspace.corrections.shift()
  return correction
}

export function addCorrection(context: DemoContext, runFeature: RunFeature): RequestHandler {
  return async (request, response) => {
    const { text } = parseInput(schema, request.body)
    const workspace = context.workspaces.of(callerOf(request))
    const correction = await runFeature('correction', { request, response }, () =>
      rememberCorrection(context, workspace, text),
    )
    response.status(201).json(correction)
  }
}

export function listCorrections(context: DemoContext): RequestHandler {
  return (request, response) => {
    response.json({ corrections: context.workspaces.of(callerOf(request)).corrections })
  }
}

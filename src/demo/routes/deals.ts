// POST /api/deals: a new deal in the caller's organisation. In: a name. Out: the deal and its own API key, shown once.
import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import { AppError } from '../../shared/errors.ts'
import type { DemoContext } from '../context.ts'
import { issueKey } from '../credentials.ts'
import { callerOf } from '../http/caller.ts'
import { parseInput } from '../http/problem.ts'
import type { RunFeature } from '../http/run-feature.ts'

const schema = z.strictObject({
  name: z
    .string('is required and has to be text')
    .trim()
    .min(1, 'is empty')
    .max(120, 'is longer than 120 characters')
    .regex(/^[^\p{C}]+$/u, 'must not hold control characters'),
  deal_id: z
    .string()
    .regex(/^[A-Za-z0-9._@-]{1,128}$/, 'has to be 1 to 128 of A-Z a-z 0-9 . _ @ -')
    .optional(),
})

/** A readable id from a name in any script: `Café Müller & Söhne` becomes `cafe-muller-sohne`. */
export function dealIdFrom(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  const slug = plain
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  return slug || `deal-${randomUUID().slice(0, 8)}`
}

export function createDeal(context: DemoContext, runFeature: RunFeature): RequestHandler {
  return async (request, response) => {
    const { orgId } = callerOf(request)
    const body = parseInput(schema, request.body)
    const dealId = body.deal_id ?? dealIdFrom(body.name)
    const created = await runFeature('deal_create', { request, response }, async () => {
      const taken = context.credentials.all().some((known) => known.orgId === orgId && known.dealId === dealId)
      if (taken)
        throw new AppError('conflict', `The organisation already has a deal ${dealId}. Choose another deal_id.`)
      const { secret, key } = issueKey({ orgId, dealId })
      // Taken at once, so that of two requests at the same time one gets the conflict.
      context.credentials.add(key)
      const at = new Date(context.clock.nowMs()).toISOString()
      await context.journal.append({ kind: 'deal', orgId, dealId, name: body.name, key, at })
      return { org_id: orgId, deal_id: dealId, name: body.name, api_key: secret, created_at: at }
    })
    response.status(201).json(created)
  }
}

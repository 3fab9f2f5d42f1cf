// The one envelope around every answer and the one error shape. In: data, or an error. Out: what goes over the wire.
import { z } from 'zod'

export const META = z
  .object({
    total: z.number().int().nullable().meta({ description: 'rows that match; null when counting would cost too much' }),
    page: z.number().int().min(1),
    limit: z.number().int().min(1),
    has_more: z.boolean(),
    next_cursor: z.string().nullable().meta({ description: 'give it back as `cursor` for the next page' }),
  })
  .strict()
export type Meta = z.infer<typeof META>

export const FILTERS = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
export type Filters = z.infer<typeof FILTERS>

export const envelopeOf = (data: z.ZodType) => z.object({ data, meta: META, filters_applied: FILTERS }).strict()

export const ERROR_BODY = z
  .object({
    code: z.string(),
    message: z.string(),
    details: z.unknown(),
    timestamp: z.iso.datetime(),
    request_id: z.string(),
  })
  .strict()
export type ErrorBody = z.infer<typeof ERROR_BODY>

export interface Reply<D> {
  data: D
  meta?: Partial<Meta>
  filtersApplied?: Filters
}

/** Fills the parts of the envelope a handler left out: a list is one page of itself, an object a list of one. */
export function toEnvelope(reply: Reply<unknown>) {
  const count = Array.isArray(reply.data) ? reply.data.length : 1
  const meta: Meta = { total: count, page: 1, limit: Math.max(count, 1), has_more: false, next_cursor: null }
  return { data: reply.data, meta: { ...meta, ...reply.meta }, filters_applied: reply.filtersApplied ?? {} }
}

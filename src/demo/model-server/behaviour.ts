// What a request can ask the stand-in server to do: fail, rate-limit, slow down, cut the connection, report given usage.
// In: `status=429&retry_after=2` from a header or behind `?` in the model name, or an object from POST /control.
// Out: a checked Behaviour. Unknown keys are refused, so that a typing error is not taken for a healthy server.
import { z } from 'zod'

const count = z.coerce.number().int().min(0).max(10_000_000)
const milliseconds = z.coerce.number().int().min(0).max(600_000)

export const behaviourSchema = z
  .strictObject({
    /** Answers with this HTTP status instead of a completion. */
    status: z.coerce.number().int().min(400).max(599),
    /** Seconds in the Retry-After header of an error. */
    retry_after: z.coerce.number().min(0).max(3600),
    /** Share of the rate limit, 0 to 1, that the headers of the answer say is used. */
    rate_limit_used: z.coerce.number().min(0).max(1),
    /** Milliseconds until the first token (or the whole answer, or the error). */
    first_token_ms: milliseconds,
    /** Milliseconds between two chunks. */
    chunk_ms: milliseconds,
    /** Cuts the connection after this many chunks with content; 0 cuts before any answer. */
    cut_after: count,
    /** Leaves usage out of the answer even when it was asked for. */
    no_usage: z.union([z.boolean(), z.stringbool()]),
    prompt_tokens: count,
    completion_tokens: count,
    /** Part of prompt_tokens that came from the provider's cache. */
    cached_tokens: count,
    /** Part of completion_tokens spent on reasoning. */
    reasoning_tokens: count,
    finish_reason: z.enum(['stop', 'length', 'content_filter']),
    /** The text to answer with. */
    reply: z.string().max(100_000),
  })
  .partial()

export type Behaviour = z.output<typeof behaviourSchema>

export type ParsedBehaviour = { kind: 'ok'; behaviour: Behaviour } | { kind: 'invalid'; message: string }

/** Parses the query-string form, e.g. `status=503&first_token_ms=200`. Empty text asks for nothing. */
export function parseBehaviour(text: string): ParsedBehaviour {
  const parsed = behaviourSchema.safeParse(Object.fromEntries(new URLSearchParams(text)))
  if (parsed.success) return { kind: 'ok', behaviour: parsed.data }
  return { kind: 'invalid', message: z.prettifyError(parsed.error) }
}

/** Splits `gemini-2.5-flash?status=429` into the model's name and what it is asked to do. */
export function splitModelName(requested: string): { model: string; asked: string } {
  const at = requested.indexOf('?')
  return at < 0 ? { model: requested, asked: '' } : { model: requested.slice(0, at), asked: requested.slice(at + 1) }
}

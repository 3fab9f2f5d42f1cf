// Which attempt of a retried or replaced call this is, on the Context, so that the model call below can say so.
import { type Context, context, createContextKey } from '@opentelemetry/api'

const ATTEMPT = createContextKey('spanledger attempt')

export interface Attempt {
  /** 1 for the first. */
  number: number
  /** Name of the fallback that runs instead of the first choice. */
  fallback?: string | undefined
}

export const activeAttempt = (ctx: Context = context.active()): Attempt | undefined =>
  ctx.getValue(ATTEMPT) as Attempt | undefined

export const withAttempt = <T>(attempt: Attempt, fn: () => T): T =>
  context.with(context.active().setValue(ATTEMPT, attempt), fn)

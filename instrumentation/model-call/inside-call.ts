// Whether the code runs inside a model call that is already traced, on the Context, so that a wrapper and a client
// below it do not count one call twice.
import { type Context, context, createContextKey } from '@opentelemetry/api'

const INSIDE = createContextKey('spanledger inside model call')

export const insideModelCall = (ctx: Context = context.active()): boolean => ctx.getValue(INSIDE) === true

export const markModelCall = (ctx: Context): Context => ctx.setValue(INSIDE, true)

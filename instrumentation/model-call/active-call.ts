// The model call that the active code works for, on the Context. In: a call that starts. Out: whoever runs below it knows
// that the call is counted already, and whose rate limit the provider's answer speaks of. On the Context rather than on
// the span, so that it holds for calls that are not sampled too.
import { type Context, context, createContextKey, trace } from '@opentelemetry/api'
import type { CallRecorder } from './recorder.ts'

const CALL = createContextKey('spanledger model call')

export interface ActiveCall {
  provider: string
  model: string
  recorder: CallRecorder
  /** The context the call was made in. */
  outside: Context
}

/** `ctx` inside a model call and its span. */
export const enterCall = (
  ctx: Context,
  recorder: CallRecorder,
  { provider, model }: { provider: string; model: string },
): Context => trace.setSpan(new LinkedContext(ctx, CALL, { provider, model, recorder, outside: ctx }), recorder.span)

/** The model call around the active code, so that a client below does not count it again. */
export const activeCall = (ctx: Context = context.active()): ActiveCall | undefined =>
  ctx.getValue(CALL) as ActiveCall | undefined

/** A Context that remembers one entry and asks its parent for the rest; the API's own copies every entry each time. */
class LinkedContext implements Context {
  readonly #parent: Context
  readonly #key: symbol
  readonly #value: unknown

  constructor(parent: Context, key: symbol, value: unknown) {
    this.#parent = parent
    this.#key = key
    this.#value = value
  }

  getValue(key: symbol): unknown {
    return key === this.#key ? this.#value : this.#parent.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return new LinkedContext(this, key, value)
  }

  deleteValue(key: symbol): Context {
    return new LinkedContext(this, key, undefined)
  }
}

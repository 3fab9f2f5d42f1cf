// The feature run that the code belongs to, on the Context.
import { type Context, context, createContextKey } from '@opentelemetry/api'
import type { FeatureRun } from './feature-run.ts'

const RUN = createContextKey('spanledger feature run')

export const activeRun = (ctx: Context = context.active()): FeatureRun | undefined =>
  ctx.getValue(RUN) as FeatureRun | undefined

export const setActiveRun = (ctx: Context, run: FeatureRun): Context => ctx.setValue(RUN, run)

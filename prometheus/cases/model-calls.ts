// Series of model calls, for the cases. In: labels and counts. Out: series in promtool's notation.
import type { Series } from './alert-case.ts'
import { growing, quick } from './native-histogram.ts'

export const WHO = 'org_id="acme",gen_ai_provider_name="openai"'
export const DURATION = 'gen_ai_client_operation_duration_seconds'

/** Calls of acme to openai. @param labels more of them, each after a comma */
export const calls = (labels: string, counts: string): Series => ({ [`${DURATION}{${WHO}${labels}}`]: quick(counts) })

/** A histogram of as many observations as there are calls. */
export const histogram = (name: string, perStep: Readonly<Record<string, number>>, steps = 80): Series => ({
  [`${DURATION}{${WHO}}`]: quick(`0+${perStep['+Inf']}x${steps}`),
  [`${name}{${WHO}}`]: growing(perStep, steps),
})

export const LABELS = { org_id: 'acme', gen_ai_provider_name: 'openai' }
export const ACME = 'genai-health?var-org_id=acme'
export const OPENAI = 'var-provider=openai'

// Headers between services. In: OTEL_PROPAGATORS and the tenant's allow-list. Out: one propagator, or null for none.
import { diag, type TextMapPropagator } from '@opentelemetry/api'
import { CompositePropagator, getStringListFromEnv, W3CTraceContextPropagator } from '@opentelemetry/core'
import { B3InjectEncoding, B3Propagator } from '@opentelemetry/propagator-b3'
import { type TenantBaggageOptions, TenantBaggagePropagator } from '../tenant/baggage.ts'

export function createPropagator(tenant: TenantBaggageOptions): TextMapPropagator | null {
  const names = new Set(getStringListFromEnv('OTEL_PROPAGATORS') ?? ['tracecontext', 'baggage'])
  if (names.has('none')) return null
  const makers: Record<string, () => TextMapPropagator> = {
    tracecontext: () => new W3CTraceContextPropagator(),
    baggage: () => new TenantBaggagePropagator(tenant),
    b3: () => new B3Propagator(),
    b3multi: () => new B3Propagator({ injectEncoding: B3InjectEncoding.MULTI_HEADER }),
  }
  const propagators = [...names].flatMap((name) => {
    const make = makers[name]
    if (!make) diag.warn(`OTEL_PROPAGATORS: "${name}" is not supported (${Object.keys(makers).join(', ')}, none)`)
    return make ? [make()] : []
  })
  return propagators.length > 0 ? new CompositePropagator({ propagators }) : null
}

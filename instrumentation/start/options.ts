// Settings of the library beside the standard OTEL_* ones. In: options given in code and SPANLEDGER_* variables. Out:
// one resolved set; code wins over the environment.
import { getBooleanFromEnv, getNumberFromEnv, getStringListFromEnv } from '@opentelemetry/core'
import type { Instrumentation } from '@opentelemetry/instrumentation'
import { type ContentPolicy, contentPolicyFromEnv } from '../content/policy.ts'
import { DEFAULT_LABEL_LIMITS, type LabelLimits } from '../metrics/labels.ts'
import type { TenantBaggageOptions } from '../tenant/baggage.ts'

export interface TelemetryOptions {
  /** service.name; OTEL_SERVICE_NAME wins. */
  serviceName?: string
  /** Instrumentations beside the built-in ones. */
  instrumentations?: Instrumentation[]
  /** Who may see the tenant in baggage. */
  tenantBaggage?: Partial<TenantBaggageOptions>
  /** How much of prompts and answers is recorded, by organisation. */
  content?: ContentPolicy
  /** Bounds on metric labels. */
  labelLimits?: Partial<LabelLimits>
}

export interface ResolvedOptions {
  serviceName: string | undefined
  instrumentations: Instrumentation[]
  tenantBaggage: TenantBaggageOptions
  content: ContentPolicy
  labelLimits: LabelLimits
  /** Streams (label sets) one metric may have between two exports; the SDK folds more into one overflow stream. */
  maxStreamsPerMetric: number
}

export function resolveOptions(options: TelemetryOptions): ResolvedOptions {
  const maxStreamsPerMetric = getNumberFromEnv('SPANLEDGER_METRIC_STREAMS_MAX') ?? 5_000
  return {
    serviceName: process.env.OTEL_SERVICE_NAME ? undefined : options.serviceName,
    instrumentations: options.instrumentations ?? [],
    tenantBaggage: {
      hosts: options.tenantBaggage?.hosts ?? getStringListFromEnv('SPANLEDGER_BAGGAGE_HOSTS') ?? [],
      trustIncoming: options.tenantBaggage?.trustIncoming ?? getBooleanFromEnv('SPANLEDGER_BAGGAGE_TRUSTED') ?? false,
    },
    content: options.content ?? contentPolicyFromEnv(),
    labelLimits: {
      ...DEFAULT_LABEL_LIMITS,
      sets: maxStreamsPerMetric,
      ...dropUndefined({ dealsPerOrg: getNumberFromEnv('SPANLEDGER_DEALS_PER_ORG') }),
      ...options.labelLimits,
    },
    maxStreamsPerMetric,
  }
}

const dropUndefined = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

// The metrics of model calls and feature runs. In: finished calls. Out: histogram points with bounded tenant labels,
// through the OpenTelemetry metrics API, so that they cost nothing where no SDK is started.
import { type Attributes, type Histogram, type Meter, type MeterProvider, metrics } from '@opentelemetry/api'
import { processState } from '../process-state.ts'
import { ATTR, METRIC } from '../semconv.ts'
import { VERSION } from '../version.ts'
import { rememberStreams } from './known-streams.ts'
import { Labels } from './labels.ts'
import { RateLimits } from './rate-limits.ts'

// Boundaries recommended by the GenAI conventions, v1.41.1.
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864]

interface Instruments {
  operationDuration: Histogram
  tokenUsage: Histogram
  timeToFirstChunk: Histogram
  timePerOutputChunk: Histogram
  featureDuration: Histogram
}

interface State {
  labels: Labels
  rateLimits: RateLimits
  current?: { provider: MeterProvider; instruments: Instruments }
}

const state = processState('metrics', (): State => ({ labels: new Labels(), rateLimits: new RateLimits() }))

/** Replaces the bounds on labels; called once at start. */
export function setLabels(next: Labels): void {
  state.labels = next
  state.rateLimits = new RateLimits()
}

export const activeLabels = (): Labels => state.labels

// The API has no proxy for meters: instruments made before the SDK starts stay no-ops, so they are made on first use
// and again when the provider changes.
function instruments(): Instruments {
  const provider = metrics.getMeterProvider()
  if (state.current?.provider !== provider) {
    const meter = provider.getMeter('spanledger', VERSION)
    state.current = { provider, instruments: createInstruments(meter) }
    registerFoldedDeals(meter)
    registerRateLimits(meter)
  }
  return state.current.instruments
}

const createInstruments = (meter: Meter): Instruments => ({
  operationDuration: histogram(meter, METRIC.operationDuration, SECONDS),
  tokenUsage: histogram(meter, METRIC.tokenUsage, TOKENS),
  timeToFirstChunk: histogram(meter, METRIC.timeToFirstChunk, SECONDS),
  timePerOutputChunk: histogram(meter, METRIC.timePerOutputChunk, SECONDS),
  featureDuration: histogram(meter, METRIC.featureDuration, SECONDS),
})

const histogram = (meter: Meter, metric: { name: string; unit: string; description: string }, bounds: number[]) =>
  // Every point's labels are one of the objects that Labels hands out again and again.
  rememberStreams(
    meter.createHistogram(metric.name, {
      unit: metric.unit,
      description: metric.description,
      advice: { explicitBucketBoundaries: bounds },
    }),
  )

function registerFoldedDeals(meter: Meter): void {
  const { name, unit, description } = METRIC.foldedDeals
  meter.createObservableGauge(name, { unit, description }).addCallback((result) => {
    for (const [org, count] of state.labels.foldedDeals()) result.observe(count, { [ATTR.orgId]: org })
  })
}

function registerRateLimits(meter: Meter): void {
  const { name, unit, description } = METRIC.rateLimitUsed
  meter.createObservableGauge(name, { unit, description }).addCallback((result) => {
    for (const [of, usedRatio] of state.rateLimits.take(Date.now())) result.observe(usedRatio, of)
  })
}

/** Records what a provider said of its rate limit in the answer to a call of `tenant`. */
export function recordRateLimit(
  tenant: Readonly<Attributes> | undefined,
  call: { provider: string; model: string },
  use: { usedRatio: number; resetMs?: number | undefined },
): void {
  instruments()
  state.rateLimits.set(state.labels.forProvider(tenant, call), use.usedRatio, use.resetMs, Date.now())
}

export interface CallPoint {
  durationS: number
  timeToFirstChunkS?: number | undefined
  inputTokens?: number | undefined
  outputTokens?: number | undefined
}

/** Records one finished model call. `call` holds its span attributes. */
export function recordCallMetrics(
  tenant: Readonly<Attributes> | undefined,
  call: Readonly<Attributes>,
  point: CallPoint,
): void {
  const { operationDuration, tokenUsage, timeToFirstChunk } = instruments()
  const named = state.labels.forCall(tenant, call)
  operationDuration.record(point.durationS, named.call)
  if (point.timeToFirstChunkS !== undefined) timeToFirstChunk.record(point.timeToFirstChunkS, named.call)
  if (point.inputTokens !== undefined) tokenUsage.record(point.inputTokens, named.input)
  if (point.outputTokens !== undefined) tokenUsage.record(point.outputTokens, named.output)
}

/** Records the time between two output chunks of a stream. */
export function recordChunkGap(
  tenant: Readonly<Attributes> | undefined,
  call: Readonly<Attributes>,
  gapS: number,
): void {
  instruments().timePerOutputChunk.record(gapS, state.labels.of(tenant, call))
}

/** Records one finished feature run. */
export function recordFeatureMetrics(
  tenant: Readonly<Attributes> | undefined,
  run: Readonly<Attributes>,
  durationS: number,
): void {
  instruments().featureDuration.record(durationS, state.labels.of(tenant, run))
}

// Sends a run of demo data to the ledger. In: the data, the door, where to begin. Out: progress after every hour whose
// requests are all acknowledged, in order, so that a run that was cut off can go on from there.
import type { DemoData } from './generate.ts'
import { createOtlpEncoder } from './otlp-encoder.ts'
import type { PlannedTrace } from './planned-trace.ts'
import type { LedgerDoor } from './send.ts'

export interface Progress {
  /** Hours from the oldest that the ledger has. */
  hoursDone: number
  traces: number
  spans: number
}

export interface LoadOptions {
  fromHour: number
  /** Requests under way at once. */
  inFlight: number
  spansPerRequest: number
  onProgress(progress: Progress): void
  /** Sees every trace that is sent, e.g. for the Prometheus history. */
  onTrace?(trace: PlannedTrace): void
  signal: AbortSignal
}

const RESOURCE = { 'service.name': 'dealroom', 'service.version': '2026.3', 'telemetry.sdk.language': 'nodejs' }
const SCOPE = { name: 'spanledger', version: '0.1.0' }

export async function loadDemoData(data: DemoData, door: LedgerDoor, options: LoadOptions): Promise<Progress> {
  const encoder = createOtlpEncoder({ resource: RESOURCE, scope: SCOPE })
  const running = new Set<Promise<void>>()
  const progress: Progress = { hoursDone: options.fromHour, traces: 0, spans: 0 }
  let failure: Error | undefined
  /** Requests of each hour that are not acknowledged yet. */
  const open = new Map<number, number>()

  const settle = (hour: number) => {
    open.set(hour, (open.get(hour) ?? 0) - 1)
    while (open.get(progress.hoursDone) === 0) {
      open.delete(progress.hoursDone)
      progress.hoursDone += 1
    }
    options.onProgress({ ...progress })
  }

  async function flush(hour: number, traces: number): Promise<void> {
    const spans = encoder.spanCount()
    if (spans === 0) return
    const request = encoder.take()
    open.set(hour, (open.get(hour) ?? 0) + 1)
    const sending = Promise.all([
      door.send('/v1/traces', request.traces),
      request.logs ? door.send('/v1/logs', request.logs) : undefined,
    ])
      .then(() => {
        progress.traces += traces
        progress.spans += spans
        settle(hour)
      })
      .catch((error: Error) => {
        failure ??= error
      })
      .finally(() => running.delete(sending))
    running.add(sending)
    if (running.size >= options.inFlight) await Promise.race(running)
  }

  for (let hour = options.fromHour; hour < data.hours.length && !failure && !options.signal.aborted; hour += 1) {
    // Held open until the whole hour is on its way.
    open.set(hour, 1)
    let traces = 0
    for (const trace of data.tracesOf(hour)) {
      encoder.add(trace)
      options.onTrace?.(trace)
      traces += 1
      if (encoder.spanCount() < options.spansPerRequest) continue
      await flush(hour, traces)
      traces = 0
    }
    await flush(hour, traces)
    settle(hour)
  }
  await Promise.all(running)
  if (failure) throw failure
  return progress
}

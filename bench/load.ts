// Loads that must all be accepted. In: an endpoint and where the bodies come from. Out: rates, times, the cost of sending.
import { SPANS_PER_REQUEST } from './replay.ts'
import { createSender, type Endpoint, sendClosedLoop, sendOpenLoop } from './sender.ts'

/** Far above what anything here takes; a benchmark must not end because of it. */
const TIMEOUT_MS = 1_800_000

export interface FullLoad {
  /** Until the last answer. */
  seconds: number
  spansPerSecond: number
  latenciesMs: number[]
  /** CPU of this process, a span. */
  generatorMicrosPerSpan: number
}

export interface Load {
  /** As fast as so many senders get their answers. @throws when a request is refused and may not be. */
  full: (requests: number, senders: number) => Promise<FullLoad>
  /** At a fixed rate whatever the answers take. Gives the acknowledgement times. @throws when a request is refused. */
  paced: (requests: number, spansPerSecond: number) => Promise<number[]>
  close: () => void
}

/** @param mayBeRefused full loads wait out a refusal: what is measured may push back. */
export function createLoad(endpoint: Endpoint, next: () => Buffer, mayBeRefused = false): Load {
  const sender = createSender(endpoint, TIMEOUT_MS)
  return {
    async full(requests, senders) {
      // Made beforehand: only sending is timed.
      const bodies = Array.from({ length: requests }, next)
      const cpuBefore = process.cpuUsage()
      const startedAtMs = performance.now()
      const latenciesMs = await sendClosedLoop(sender, senders, () => bodies.pop(), mayBeRefused)
      const seconds = (performance.now() - startedAtMs) / 1000
      const cpu = process.cpuUsage(cpuBefore)
      const spans = requests * SPANS_PER_REQUEST
      return {
        seconds,
        spansPerSecond: spans / seconds,
        latenciesMs,
        generatorMicrosPerSpan: (cpu.user + cpu.system) / spans,
      }
    },
    async paced(requests, spansPerSecond) {
      const perSecond = spansPerSecond / SPANS_PER_REQUEST
      const latenciesMs: number[] = []
      await sendOpenLoop(sender, perSecond, requests / perSecond, next, (answer) => {
        if (answer.status !== 200) throw new Error(`answered ${answer.status} ${answer.error ?? ''}`)
        latenciesMs.push(answer.ms)
      })
      return latenciesMs
    },
    close: sender.close,
  }
}

// Healthy chats of one organisation all through the drill. In: the running stack. Out: requests at a steady rate, and a
// handle that asks the stand-in model server for trouble on each of them.
import type { World } from '../e2e/world.ts'

const TENANT = { orgId: 'acme', dealId: 'heron' }
/** Enough for the floors of the rules within a scaled window. */
const EVERY_MS = 400
const MAX_IN_FLIGHT = 60

const QUESTIONS = [
  'When does the largest customer contract end?',
  'How much revenue did the company make last year?',
  'Which supplier delivers a part that no other offers?',
]

export interface Traffic {
  /** Orders for the model server on every nth further request, e.g. `status=500`; '' is healthy again. */
  order(behaviour: string, every?: number): void
  /** Does something every few seconds as well, until the end; failures are passed over. */
  repeat(everyMs: number, send: () => Promise<unknown>): void
  stop(): Promise<void>
}

export function startTraffic(world: World): Traffic {
  let behaviour = ''
  let everyNth = 1
  let sent = 0
  const inFlight = new Set<Promise<void>>()
  const send = () => {
    if (inFlight.size >= MAX_IN_FLIGHT) return
    const question = QUESTIONS[sent++ % QUESTIONS.length] ?? ''
    const headers: Record<string, string> = behaviour && sent % everyNth === 0 ? { 'x-model-behaviour': behaviour } : {}
    const sending = world
      .chat(TENANT, question, headers)
      .then((response) => response.arrayBuffer())
      .then(
        () => undefined,
        () => undefined, // services are stopped on purpose
      )
      .finally(() => inFlight.delete(sending))
    inFlight.add(sending)
  }
  const timers = [setInterval(send, EVERY_MS)]
  return {
    order(next, every = 1) {
      behaviour = next
      everyNth = every
    },
    repeat(everyMs, more) {
      timers.push(setInterval(() => void more().catch(() => undefined), everyMs))
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await Promise.all(inFlight)
    },
  }
}

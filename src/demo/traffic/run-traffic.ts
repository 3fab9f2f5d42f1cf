// Sends traffic at a steady, slightly uneven pace until told to stop. In: keys, a rate, a seed. Out: requests, and a
// log line when the app answers something it should not; an app that is down is waited for, not hammered.
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '../../shared/logger.ts'
import { createRandom } from '../../shared/random.ts'
import { nextRequest, type TrafficRequest } from './requests.ts'

export interface TrafficOptions {
  url: string
  keys: readonly string[]
  requestsPerMinute: number
  errorShare: number
  seed: number
  logger: Logger
  signal: AbortSignal
}

/** Requests under way at once; a slow app slows the traffic down. */
const MAX_IN_FLIGHT = 20
const REQUEST_TIMEOUT_MS = 60_000

export async function runTraffic(options: TrafficOptions): Promise<{ sent: number; surprises: number }> {
  const random = createRandom(options.seed)
  const counts = { sent: 0, surprises: 0 }
  const inFlight = new Set<Promise<void>>()
  const pauseMs = 60_000 / options.requestsPerMinute
  for (let turn = 0; !options.signal.aborted; turn += 1) {
    const key = options.keys[turn % options.keys.length] ?? ''
    const request = nextRequest(random, options.errorShare)
    const sending = send(options, key, request).then((surprise) => {
      counts.sent += 1
      if (surprise) counts.surprises += 1
      inFlight.delete(sending)
    })
    inFlight.add(sending)
    if (inFlight.size >= MAX_IN_FLIGHT) await Promise.race(inFlight)
    await delay(pauseMs * (0.5 + random.next()), undefined, { signal: options.signal }).catch(() => undefined)
  }
  await Promise.all(inFlight)
  return counts
}

/** @returns true when the answer was not one the request may get. */
async function send(options: TrafficOptions, key: string, request: TrafficRequest): Promise<boolean> {
  try {
    const response = await fetch(options.url + request.path, {
      method: request.method,
      headers: { Authorization: `Bearer ${key}`, ...request.headers },
      ...(request.body !== undefined && { body: request.body }),
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    })
    await response.text()
    if (request.expected.includes(response.status)) return false
    options.logger.warn({ path: request.path, status: response.status }, 'unexpected answer')
    return true
  } catch (error) {
    if (options.signal.aborted) return false
    options.logger.warn({ err: error, path: request.path }, 'no answer')
    await delay(1_000, undefined, { signal: options.signal }).catch(() => undefined)
    return true
  }
}

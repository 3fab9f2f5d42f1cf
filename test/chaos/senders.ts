// Senders as an application's exporter is one: each request again until it is acknowledged, with the pause it is asked
// for cut short. In: tasks, where to send them, and how many waves they go out in. Out: the ids acknowledged and the
// answers seen.
import { request } from 'node:http'
import type { Task } from './workload.ts'

export interface Target {
  port: number
  token: string
}

export interface Sent {
  acknowledged: Set<string>
  /** Requests of which nothing is known: given up. */
  unknown: Set<string>
  /** How often each status was answered; 0: the connection broke before an answer. */
  statuses: Map<number, number>
  /** Answers OTLP senders must not retry, and which no request of these deserves. */
  forbidden: string[]
}

export interface Sending {
  /** Lets the next wave go out. The last one lets everything out. */
  nextWave: () => void
  refusals: () => number
  /** Lets everything out and waits until each request is acknowledged or given up. */
  finished: () => Promise<Sent>
}

const RETRY_MS = 60
/** Between two requests of a sender, so that sending outlasts the start of a fault. */
const PAUSE_MS = 120
const MAX_TRIES = 900

export interface SendingOptions {
  waves: number
  /** Senders at the same time. */
  lanes: number
  pauseMs?: number
}

export function startSending(
  tasks: Task[],
  target: Target,
  { waves, lanes, pauseMs = PAUSE_MS }: SendingOptions,
): Sending {
  const sent: Sent = { acknowledged: new Set(), unknown: new Set(), statuses: new Map(), forbidden: [] }
  const perWave = Math.ceil(tasks.length / waves)
  let [next, released] = [0, 0]
  let wake: (() => void)[] = []

  const release = (count: number): void => {
    released += count
    const waiting = wake
    wake = []
    for (const go of waiting) go()
  }
  const lane = async (): Promise<void> => {
    while (next < tasks.length) {
      if (next >= released) await new Promise<void>((resolve) => wake.push(resolve))
      else {
        await deliver(tasks[next++] as Task, target, sent)
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    }
  }
  const all = Promise.all(Array.from({ length: lanes }, lane))
  return {
    nextWave: () => release(perWave),
    refusals: () => (sent.statuses.get(429) ?? 0) + (sent.statuses.get(503) ?? 0),
    finished: async () => {
      release(tasks.length)
      await all
      return sent
    },
  }
}

async function deliver(task: Task, target: Target, sent: Sent): Promise<void> {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const answers = await Promise.all(Array.from({ length: task.atOnce }, () => post(task, target)))
    for (const status of answers) {
      sent.statuses.set(status, (sent.statuses.get(status) ?? 0) + 1)
      if (![0, 200, 429, 503].includes(status)) sent.forbidden.push(`${task.path} was answered ${status}`)
    }
    if (answers.includes(200)) {
      for (const id of task.ids) sent.acknowledged.add(id)
      if (task.again) await post(task, target)
      return
    }
    if (task.givesUp) break
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
  for (const id of task.ids) sent.unknown.add(id)
}

/** 0 when the connection broke before an answer. */
function post(task: Task, target: Target): Promise<number> {
  return new Promise((resolve) => {
    const outgoing = request(
      {
        ...{ host: '127.0.0.1', port: target.port, path: task.path, method: 'POST', agent: false },
        headers: {
          'content-type': 'application/x-protobuf',
          'content-length': task.body.length,
          authorization: `Bearer ${task.token ?? target.token}`,
        },
      },
      (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
        response.on('error', () => resolve(0))
        response.on('close', () => resolve(0))
      },
    )
    outgoing.on('error', () => resolve(0))
    outgoing.setTimeout(20_000, () => outgoing.destroy())
    outgoing.end(task.body)
  })
}

// Senders as a collector's exporter is one: each request again until it is acknowledged, with the pause the ledger asks
// for cut short. In: tasks. Out: the ids acknowledged and the answers seen.
import { request } from 'node:http'
import type { Task } from './workload.ts'

export interface Sent {
  acknowledged: Set<string>
  /** Requests of which nothing is known: given up. */
  unknown: Set<string>
  statuses: Map<number, number>
  /** Answers OTLP senders must not retry, and which no request of these deserves. */
  forbidden: string[]
}

const RETRY_MS = 60
/** Between two requests of a sender, so that sending outlasts the start of a fault. */
const PAUSE_MS = 120
const MAX_TRIES = 600

export async function sendAll(tasks: Task[], port: () => number, token: string, lanes: number): Promise<Sent> {
  const sent: Sent = { acknowledged: new Set(), unknown: new Set(), statuses: new Map(), forbidden: [] }
  const queue = [...tasks]
  const lane = async () => {
    for (let task = queue.pop(); task; task = queue.pop()) {
      await deliver(task, port, token, sent)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return sent
}

async function deliver(task: Task, port: () => number, token: string, sent: Sent): Promise<void> {
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const copies = task.repeat === 'at_once' ? 2 : 1
    const answers = await Promise.all(Array.from({ length: copies }, () => post(task, port(), token)))
    for (const status of answers) {
      sent.statuses.set(status, (sent.statuses.get(status) ?? 0) + 1)
      if (status !== 0 && status !== 200 && status !== 503 && status !== 429)
        sent.forbidden.push(`${task.path}: ${status}`)
    }
    if (answers.includes(200)) {
      for (const id of task.ids) sent.acknowledged.add(id)
      if (task.repeat === 'after') await post(task, port(), token)
      return
    }
    if (task.givesUp) break
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
  for (const id of task.ids) sent.unknown.add(id)
}

/** 0 when the connection broke before an answer. */
function post(task: Task, port: number, token: string): Promise<number> {
  return new Promise((resolve) => {
    const outgoing = request(
      {
        ...{ host: '127.0.0.1', port, path: task.path, method: 'POST', agent: false },
        headers: {
          'content-type': 'application/x-protobuf',
          'content-length': task.body.length,
          authorization: `Bearer ${token}`,
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

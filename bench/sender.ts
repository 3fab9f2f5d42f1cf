// Sends OTLP requests as an exporter does and says how each ended. In: an endpoint. Out: answers with their times.
import { Agent, request } from 'node:http'

export interface Endpoint {
  port: number
  path?: string
  headers: Record<string, string>
}

export interface Answer {
  /** 0 when there was none: the connection broke, or the time was up. */
  status: number
  /** Milliseconds from the first byte sent to the end of the answer. */
  ms: number
  retryAfter?: string | undefined
  error?: string
}

export interface Sender {
  send: (body: Buffer) => Promise<Answer>
  close: () => void
}

/** The OTLP exporters' default. */
const TIMEOUT_MS = 10_000

export function createSender({ port, path = '/v1/traces', headers }: Endpoint, timeoutMs = TIMEOUT_MS): Sender {
  const agent = new Agent({ keepAlive: true })
  return {
    send: (body) =>
      new Promise((resolve) => {
        const startedAtMs = performance.now()
        const ended = (answer: Omit<Answer, 'ms'>) => resolve({ ...answer, ms: performance.now() - startedAtMs })
        const outgoing = request({
          ...{ host: '127.0.0.1', port, path, method: 'POST', agent, timeout: timeoutMs },
          headers: { 'content-type': 'application/x-protobuf', 'content-length': body.length, ...headers },
        })
        outgoing.once('response', (response) => {
          response.resume()
          response.once('end', () =>
            ended({ status: response.statusCode as number, retryAfter: response.headers['retry-after'] }),
          )
          response.once('error', (error) => ended({ status: 0, error: error.message }))
        })
        outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)))
        // A second error may follow the first, and one may follow the answer.
        outgoing.on('error', (error: NodeJS.ErrnoException) => ended({ status: 0, error: error.code ?? error.message }))
        outgoing.end(body)
      }),
    close: () => agent.destroy(),
  }
}

const RETRY_MS = 1_000

/**
 * Sends until it is accepted, as an exporter does.
 * @param mayBeRefused whether 429 and 503 are waited out. @returns the time from the first attempt to the last answer, ms.
 * @throws when the answer is none of these.
 */
export async function sendAccepted(sender: Sender, body: Buffer, mayBeRefused = false): Promise<number> {
  const startedAtMs = performance.now()
  for (;;) {
    const { status, retryAfter, error } = await sender.send(body)
    if (status === 200) return performance.now() - startedAtMs
    if (!mayBeRefused || (status !== 503 && status !== 429)) throw new Error(`answered ${status} ${error ?? ''}`)
    await new Promise((resolve) => setTimeout(resolve, Number(retryAfter ?? 0) * 1000 || RETRY_MS))
  }
}

/** Keeps `senders` requests under way while `next` gives bodies. Resolves with the times until they were accepted. */
export async function sendClosedLoop(
  sender: Sender,
  senders: number,
  next: () => Buffer | undefined,
  mayBeRefused = false,
): Promise<number[]> {
  const latencies: number[] = []
  const one = async () => {
    for (let body = next(); body; body = next()) latencies.push(await sendAccepted(sender, body, mayBeRefused))
  }
  await Promise.all(Array.from({ length: senders }, one))
  return latencies
}

/**
 * Sends at a fixed rate whatever the answers take, for so many seconds; then waits for the last answers.
 * @param onAnswer called with each answer, its body, and when it was sent, in seconds since the start.
 */
export async function sendOpenLoop(
  sender: Sender,
  requestsPerSecond: number,
  seconds: number,
  next: () => Buffer,
  onAnswer: (answer: Answer, body: Buffer, sentAtSeconds: number) => void,
): Promise<void> {
  const startedAtMs = performance.now()
  const total = Math.round(requestsPerSecond * seconds)
  const open = new Set<Promise<void>>()
  for (let sent = 0; sent < total; sent++) {
    const waitMs = startedAtMs + (sent / requestsPerSecond) * 1000 - performance.now()
    // Behind schedule, the next one goes at once; but the answers must get their turn.
    await new Promise((resolve) => (waitMs > 1 ? setTimeout(resolve, waitMs) : setImmediate(resolve)))
    const body = next()
    const sentAtSeconds = (performance.now() - startedAtMs) / 1000
    const one = sender.send(body).then((answer) => {
      open.delete(one)
      onAnswer(answer, body, sentAtSeconds)
    })
    open.add(one)
  }
  await Promise.all(open)
}

// Hands requests to the ledger's OTLP door. In: bytes. Out: a promise per request that resolves once the ledger has
// answered 2xx, which it does after COMMIT. A busy or restarting ledger is tried again; a refusal ends the run.
import { Agent, request as httpRequest } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

export interface LedgerDoor {
  send(path: '/v1/traces' | '/v1/logs', body: Buffer): Promise<void>
  close(): void
}

interface Answer {
  status: number
  retryAfterMs: number
  body: Buffer
}

/** How long a ledger may be unreachable or busy before the run gives up; it can be resumed. */
const PATIENCE_MS = 120_000
/** A ledger may know its writers a few seconds old: a token made for this run is unknown to it at first. */
const NEW_TOKEN_MS = 6_000
/** Longer than the ledger's own statement timeout: a request that is still open then is lost, and is sent again. */
const ANSWER_TIMEOUT_MS = 45_000
const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 2_000

export function createLedgerDoor(options: { url: string; token: string; connections: number }): LedgerDoor {
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections })
  const base = new URL(options.url)
  const openedMs = performance.now()

  const post = (path: string, body: Buffer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const request = httpRequest(
        new URL(path, base),
        {
          method: 'POST',
          agent,
          headers: {
            'Content-Type': 'application/x-protobuf',
            'Content-Length': body.length,
            Authorization: `Bearer ${options.token}`,
          },
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            const retryAfterMs = Number(response.headers['retry-after'] ?? 0) * 1000
            resolve({ status: response.statusCode ?? 0, retryAfterMs, body: Buffer.concat(chunks) })
          })
        },
      )
      request.on('error', reject)
      request.setTimeout(ANSWER_TIMEOUT_MS, () =>
        request.destroy(new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`)),
      )
      request.end(body)
    })

  return {
    async send(path, body) {
      const startedMs = performance.now()
      for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
        const answer = await post(path, body).catch((error: Error) => error)
        if (!(answer instanceof Error) && answer.status === 200) {
          // A full success has an empty body; anything in it is a partial success.
          if (answer.body.length > 0)
            throw new Error(`the ledger rejected a part of ${path}: ${printable(answer.body)}`)
          return
        }
        const problem = answer instanceof Error ? answer.message : `${answer.status} ${printable(answer.body)}`
        const isNewToken = performance.now() - openedMs < NEW_TOKEN_MS
        const isPassing =
          answer instanceof Error || [429, 503].includes(answer.status) || (answer.status === 401 && isNewToken)
        if (!isPassing) throw new Error(`the ledger refused ${path}: ${problem}`)
        if (performance.now() - startedMs > PATIENCE_MS)
          throw new Error(`the ledger did not take ${path} for ${PATIENCE_MS / 1000} s: ${problem}`)
        await delay(Math.max(waitMs, answer instanceof Error ? 0 : answer.retryAfterMs))
      }
    },
    close: () => agent.destroy(),
  }
}

const printable = (body: Buffer): string =>
  body
    .toString('latin1')
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 300)

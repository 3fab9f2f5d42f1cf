// The ledger's HTTP surface: OTLP in, health and metrics out. In: requests. Out: answers; never a 500, which OTLP
// senders must not retry: what nobody expected is answered with 503 and logged.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Logger } from '../shared/logger.ts'
import type { Encoding } from './decode/decoder.ts'
import { type Answer, type Outcome, refuse, retryLater, type Signal, toAnswer } from './receive/answer.ts'
import type { ContentEncoding } from './receive/body.ts'
import { handleOtlp, type OtlpDependencies } from './receive/otlp-handler.ts'

export interface ServerDependencies extends OtlpDependencies {
  logger: Logger
  /** Resolves to undefined when ready, else to what is missing. */
  notReadyBecause(): Promise<string | undefined>
}

const SIGNALS: Record<string, Signal> = { '/v1/traces': 'traces', '/v1/logs': 'logs' }
/** A refused body is read and thrown away up to this size, so that the sender gets to read the answer. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024
const REQUEST_TIMEOUT_MS = 60_000

export function createLedgerServer(on: ServerDependencies): Server {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: 65_000 }, (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] as string
    const signal = SIGNALS[path]
    if (signal) void otlp(request, response, signal, on)
    else void operations(request, response, path, on)
  })
  // A body that is not wanted is answered without asking for it first.
  server.on('checkContinue', (request, response) => {
    if (
      request.headers['content-length'] === undefined ||
      Number(request.headers['content-length']) <= on.limits.maxBodyBytes
    )
      response.writeContinue()
    server.emit('request', request, response)
  })
  return server
}

async function otlp(request: IncomingMessage, response: ServerResponse, signal: Signal, on: ServerDependencies) {
  const encoding = encodingOf(request.headers['content-type'])
  let outcome: Outcome | undefined
  try {
    outcome = precheck(request, encoding)
    outcome ??= await handleOtlp(
      request,
      signal,
      encoding as Encoding,
      contentEncodingOf(request) as ContentEncoding,
      on,
    )
  } catch (error) {
    on.logger.error({ err: error }, 'a request failed in a way nobody expected')
    outcome = retryLater(503, 'the ledger failed to handle this request', 5)
  }
  if (outcome === undefined) return response.destroy()
  const answer = toAnswer(outcome, encoding ?? 'json', signal)
  on.metrics.requests.inc({ signal, status: String(answer.status) })
  send(request, response, answer)
}

function precheck(request: IncomingMessage, encoding: Encoding | undefined): Outcome | undefined {
  if (request.method !== 'POST') return refuse(405, `${request.method} is not POST`, { allow: 'POST' })
  if (!encoding) {
    const given = request.headers['content-type'] ?? 'none'
    return refuse(415, `content type ${given} is neither application/x-protobuf nor application/json`)
  }
  if (!contentEncodingOf(request)) {
    return refuse(415, `content encoding ${request.headers['content-encoding']} is neither gzip nor identity`, {
      'accept-encoding': 'gzip, identity',
    })
  }
  return undefined
}

function encodingOf(contentType: string | undefined): Encoding | undefined {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  if (mediaType === 'application/x-protobuf') return 'protobuf'
  return mediaType === 'application/json' ? 'json' : undefined
}

function contentEncodingOf(request: IncomingMessage): ContentEncoding | undefined {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding === '' || encoding === 'identity') return 'identity'
  return encoding === 'gzip' ? 'gzip' : undefined
}

async function operations(request: IncomingMessage, response: ServerResponse, path: string, on: ServerDependencies) {
  const text = (status: number, body: string, type = 'text/plain; charset=utf-8'): void =>
    send(request, response, { status, headers: { 'content-type': type }, body: Buffer.from(body) })
  try {
    if (path === '/livez') return text(200, 'ok\n')
    if (path === '/readyz') {
      const reason = await on.notReadyBecause()
      return reason === undefined ? text(200, 'ok\n') : text(503, `${reason}\n`)
    }
    if (path === '/metrics') {
      on.metrics.inFlightBytes.set(on.admission.heldBytes)
      return text(200, await on.metrics.registry.metrics(), on.metrics.registry.contentType)
    }
    const encoding = encodingOf(request.headers['content-type']) ?? 'json'
    send(request, response, toAnswer(refuse(404, `nothing is at ${path}`), encoding, 'traces'))
  } catch (error) {
    on.logger.error({ err: error, path }, 'health or metrics failed')
    text(503, 'unavailable\n')
  }
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const headers: Record<string, string> = { ...answer.headers, 'content-length': String(answer.body.length) }
  // A sender that waits for "100 Continue" sends no body to throw away.
  const expectMore = !request.complete && request.headers.expect === undefined
  if (!request.complete) headers.connection = 'close'
  response.writeHead(answer.status, headers)
  if (request.method !== 'HEAD') response.write(answer.body)
  if (expectMore) discardRest(request, response)
  else response.end()
}

/** The answer is out; the connection closes when the body has ended, or the sender would see a reset instead of it. */
function discardRest(request: IncomingMessage, response: ServerResponse): void {
  let discarded = 0
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length
    if (discarded > MAX_DISCARDED_BYTES) request.destroy()
  })
  request.once('end', () => response.end())
  request.once('error', () => request.destroy())
}

// Exports that do not outlive the app. In: OTLP exporters, and a signal that the process is about to end. Out: the same
// exporters, whose sockets (over HTTP) and retries do not count as the app's work, and which try for as long as their
// time-out says: the SDK's stop after five retries, 13 s where a collector refuses connections while it restarts, and over
// gRPC they try once.
import type { Agent, ClientRequest } from 'node:http'
import type { Socket } from 'node:net'
import { reportAway } from '../signals/loss.ts'

/** Some systems try for minutes, and Node counts that as work whatever the socket says. */
const CONNECT_MS = 5_000

type AgentFactory = (protocol: string) => Agent | Promise<Agent>
/** How long to wait before the first retry and before any; a collector's Retry-After counts instead. */
const FIRST_BACKOFF_MS = 1_000
const MAX_BACKOFF_MS = 5_000

interface Sent {
  status: 'success' | 'failure' | 'retryable'
  retryInMillis?: number
  error?: Error
}
type Send = (data: Uint8Array, timeoutMillis: number) => Promise<Sent>

/** What the SDK's exporters are made of (otlp-exporter-base, whose version is pinned); over HTTP there is an agent. */
interface OtlpExporter {
  _delegate?: {
    _transport?: {
      /** What the HTTP exporters' retries go through; gRPC has none. */
      _transport?: Transport
    } & Transport
  }
}
interface Transport {
  send?: Send
  _parameters?: { agentFactory?: AgentFactory; url?: string; address?: string }
}

/** Status codes of gRPC with which a request may be repeated, by OTLP's specification. */
const RETRYABLE = new Set<unknown>([1, 4, 10, 11, 14, 15])

/** Lets go of an exporter's sockets and timers; other kinds of exporters (console) stay as they are. */
export function unholdExports<E extends object>(exporter: E, ending: AbortSignal): E {
  const outer = (exporter as OtlpExporter)._delegate?._transport
  const transport = outer?._transport ?? outer
  const once = transport?.send?.bind(transport)
  if (!outer || !once) return exporter
  const { agentFactory, url, address } = transport?._parameters ?? {}
  if (transport?._parameters && agentFactory)
    transport._parameters.agentFactory = async (protocol) => unholdSockets(await agentFactory(protocol), ending)
  const ask: Send = async (data, timeoutMs) => orRetryable(await once(data, timeoutMs))
  const send = onceAway(ask, (error) => reportAway(url ?? address, error))
  outer.send = (data, timeoutMs) => sendUntil(send, data, performance.now() + timeoutMs)
  return exporter
}

const orRetryable = (sent: Sent): Sent =>
  sent.status === 'failure' && RETRYABLE.has(Object(sent.error).code) ? { ...sent, status: 'retryable' } : sent

async function sendUntil(send: Send, data: Uint8Array, deadlineMs: number): Promise<Sent> {
  for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(backoffMs * 1.5, MAX_BACKOFF_MS)) {
    const sent = await send(data, deadlineMs - performance.now())
    if (sent.status !== 'retryable') return sent
    const waitMs = sent.retryInMillis ?? backoffMs * (0.8 + 0.4 * Math.random())
    if (performance.now() + waitMs > deadlineMs) return sent
    await new Promise((resolve) => setTimeout(resolve, waitMs).unref())
  }
}

/** Tells once of each time that a collector stays away, not of every try. */
function onceAway(send: Send, tell: (error: Error | undefined) => void): Send {
  let isAway = false
  return async (data, timeoutMs) => {
    const sent = await send(data, timeoutMs)
    if (sent.status === 'retryable' && !isAway) tell(sent.error)
    isAway = sent.status === 'retryable'
    return sent
  }
}

function unholdSockets(agent: Agent, ending: AbortSignal): Agent {
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options, done) => {
    const socket = connect(options, done) as Socket
    socket.unref()
    if (socket.connecting) boundConnecting(socket, ending)
    return socket
  }
  const reuse = agent.reuseSocket.bind(agent)
  agent.reuseSocket = (socket: Socket, request: ClientRequest) => {
    reuse(socket, request)
    socket.unref()
  }
  return agent
}

function boundConnecting(socket: Socket, ending: AbortSignal): void {
  const giveUp = () => socket.destroy()
  const timer = setTimeout(giveUp, CONNECT_MS).unref()
  ending.addEventListener('abort', giveUp)
  const over = () => {
    clearTimeout(timer)
    ending.removeEventListener('abort', giveUp)
  }
  socket.once('connect', over).once('close', over)
}

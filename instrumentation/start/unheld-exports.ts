// Exports that do not outlive the app. In: OTLP exporters over HTTP, and a signal that the process is about to end. Out:
// the same exporters, whose sockets and retries do not count as the app's work.
import type { Agent, ClientRequest } from 'node:http'
import type { Socket } from 'node:net'

/** Some systems try for minutes, and Node counts that as work whatever the socket says. */
const CONNECT_MS = 5_000

type AgentFactory = (protocol: string) => Agent | Promise<Agent>
type Send = (data: Uint8Array, timeoutMillis: number) => Promise<unknown>

/** What the SDK's exporters over HTTP are made of (otlp-exporter-base, whose version is pinned). */
interface HttpExporter {
  _delegate?: {
    _transport?: {
      retry?: (data: Uint8Array, timeoutMillis: number, inMillis: number) => Promise<unknown>
      _transport?: { send: Send; _parameters?: { agentFactory?: AgentFactory } }
    }
  }
}

/** Lets go of an exporter's sockets and timers; other kinds of exporters (gRPC, console) stay as they are. */
export function unholdExports<E extends object>(exporter: E, ending: AbortSignal): E {
  const retrying = (exporter as HttpExporter)._delegate?._transport
  const http = retrying?._transport
  const parameters = http?._parameters
  const createAgent = parameters?.agentFactory
  if (!retrying?.retry || !http || !createAgent) return exporter
  parameters.agentFactory = async (protocol) => unholdSockets(await createAgent(protocol), ending)
  retrying.retry = (data, timeoutMillis, inMillis) =>
    new Promise((resolve, reject) => {
      setTimeout(() => http.send(data, timeoutMillis).then(resolve, reject), inMillis).unref()
    })
  return exporter
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

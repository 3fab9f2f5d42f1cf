// Answers like the model providers do, from test/fixtures/providers. In: requests of real SDK clients whose base URL
// names the case, e.g. http://127.0.0.1:1234/openai/stream. Out: the case's answer. With `@hold=2` after the case the answer
// stops after two events, until the test has it go on or breaks its connection: what a client has seen by then is certain.
import { readFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

export interface ProviderCase {
  about: string
  status: number
  headers?: Record<string, string>
  body?: unknown
  events?: { type?: string }[]
  /** Whether the events carry their type as the SSE event name. */
  named?: boolean
  /** Text of the closing event. */
  done?: string
  /** Attributes of the call's span. */
  expected: Record<string, unknown>
}

export interface ProviderServer {
  baseUrl(provider: string, name: string): string
  /** Headers of the requests so far. */
  received: IncomingHttpHeaders[]
  /** Has the answers that were held go on. */
  release(): void
  /** Breaks the connections of the answers that were held. */
  cut(): void
  stop(): Promise<void>
}

const directory = new URL('../fixtures/providers/', import.meta.url)

export const providerCase = (provider: string, name: string): ProviderCase =>
  JSON.parse(readFileSync(new URL(`${provider}/${name}.json`, directory), 'utf8')) as ProviderCase

export async function startProviderServer(): Promise<ProviderServer> {
  const received: IncomingHttpHeaders[] = []
  let held = Promise.withResolvers<Fate>()
  const decide = (fate: Fate) => {
    held.resolve(fate)
    held = Promise.withResolvers()
  }
  const server: Server = createServer((request, response) => {
    received.push(request.headers)
    request.resume()
    const [, provider = '', spec = ''] = (request.url ?? '').split('/')
    void answer(provider, spec, response, held.promise).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: (provider, name) => `http://127.0.0.1:${port}/${provider}/${name}`,
    received,
    release: () => decide('goes on'),
    cut: () => decide('breaks'),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

type Fate = 'goes on' | 'breaks'

async function answer(provider: string, spec: string, response: ServerResponse, held: Promise<Fate>): Promise<void> {
  const [name = '', hold] = decodeURIComponent(spec).split('@hold=')
  const { status, headers = {}, body, events, named, done } = providerCase(provider, name)
  if (!events) {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
    return
  }
  response.writeHead(status, { 'content-type': 'text/event-stream', ...headers })
  for (const [index, event] of events.entries()) {
    // A moment between events, so that most clients read them one by one.
    await wait(1)
    if (index === Number(hold) && (await held) === 'breaks') {
      response.destroy()
      return
    }
    if (response.destroyed) return
    response.write(`${named ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`)
  }
  response.end(done ? `data: ${done}\n\n` : undefined)
}

// Node HTTP plumbing of the stand-in provider: JSON in, JSON or server-sent events out.
import type { IncomingMessage, ServerResponse } from 'node:http'

// biome-ignore lint/suspicious/noExplicitAny: request bodies of four vendors' APIs
export type Body = any

export async function readJson(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? {} : JSON.parse(text)
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** Sends events one by one; resolves false when the client went away before the last. */
export async function sendEvents(response: ServerResponse, events: string[], delay: number): Promise<boolean> {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  let gone = false
  response.on('close', () => {
    gone = !response.writableFinished
  })
  for (const event of events) {
    if (gone) return false
    response.write(event)
    await new Promise((resolve) => setTimeout(resolve, delay))
  }
  // A client may hang up as soon as it has read the last event.
  response.end()
  return true
}

export const dataEvent = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`
export const namedEvent = (data: { type: string; [key: string]: unknown }): string =>
  `event: ${data.type}\n${dataEvent(data)}`

// Server-sent events. In: named events. Out: the wire format, with chunks and bytes counted; writing to a client that
// left does nothing.
import type { Request, Response } from 'express'

export interface EventStream {
  send(event: string, data: unknown): void
  end(): void
  sent(): { chunks: number; bytes: number }
}

export const wantsEventStream = (request: Request): boolean =>
  request.accepts(['application/json', 'text/event-stream']) === 'text/event-stream'

export function openEventStream(response: Response): EventStream {
  response.status(200).set({
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache, no-transform',
    'X-Accel-Buffering': 'no',
  })
  response.flushHeaders()
  let chunks = 0
  let bytes = 0
  return {
    send(event, data) {
      if (response.destroyed || response.writableEnded) return
      const frame = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
      chunks += 1
      bytes += Buffer.byteLength(frame)
      response.write(frame)
    },
    end: () => void (response.writableEnded || response.end()),
    sent: () => ({ chunks, bytes }),
  }
}

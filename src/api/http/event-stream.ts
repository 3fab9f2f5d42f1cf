// A live tail as server-sent events. In: a function that reads what is new since a position. Out: events until the reader
// goes away. Polls: a connection to Postgres is held only while it reads. `Last-Event-ID` continues after a break.
import type { Request, Response } from 'express'
import { AppError } from '../../shared/errors.ts'

export interface Tail<T> {
  /** True for what `since` has given as a position. */
  isPosition: (text: string) => boolean
  /** Position to start from when the reader names none. */
  now: () => Promise<string>
  /** What came after `position`, oldest first. */
  since: (position: string) => Promise<{ position: string; data: T }[]>
}

const POLL_MS = 1000
const HEARTBEAT_MS = 15_000

/** @throws AppError `bad_request` for a Last-Event-ID that is none of this tail's positions. */
export async function sendEvents<T>(request: Request, response: Response, name: string, tail: Tail<T>): Promise<void> {
  const asked = request.get('last-event-id')
  if (asked && !tail.isPosition(asked))
    throw new AppError(
      'bad_request',
      'Last-Event-ID is no id of this stream; leave it out to begin with what comes now',
    )
  let position = asked || (await tail.now())
  response.status(200).set({ 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' })
  response.write(': connected\n\n')
  let lastWriteMs = Date.now()
  while (!response.destroyed && !response.writableEnded) {
    for (const event of await tail.since(position)) {
      position = event.position
      response.write(`id: ${position}\nevent: ${name}\ndata: ${JSON.stringify(event.data)}\n\n`)
      lastWriteMs = Date.now()
    }
    if (Date.now() - lastWriteMs > HEARTBEAT_MS) {
      response.write(': still here\n\n')
      lastWriteMs = Date.now()
    }
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS)
      response.once('close', () => {
        clearTimeout(timer)
        resolve(undefined)
      })
    })
  }
}

// Follows a stream of Node, as node-fetch gives for a body. In: the stream and its listener. Out: the same stream. Nothing is
// read that nobody asked for, and its readers are the app's alone: what the stream tells them is heard on its way.
import type { Readable } from 'node:stream'
import { guard } from '../problems.ts'
import { outcomeOf } from './watch-readable.ts'
import { override, type StreamListener } from './watch-stream.ts'

export function watchNodeStream(stream: Readable, listener: StreamListener): void {
  const { emit } = stream
  let isOpen = true
  const end = (outcome: Parameters<StreamListener['end']>[0]) => {
    isOpen = false
    listener.end(outcome)
  }
  const hear = (event: unknown, value: unknown) => {
    // Read by whichever way, each chunk is an event.
    if (event === 'data') listener.recordChunk(value)
    else if (event === 'end') end({ stream: 'completed' })
    else if (event === 'close' || isLeaving(value)) end({ stream: 'stopped' })
    else if (event === 'error') end(outcomeOf(value))
  }
  override(stream, 'emit', (...args: unknown[]) => {
    if (isOpen) guard('stream', () => hear(args[0], args[1]))
    return Reflect.apply(emit, stream, args)
  })
}

// What Node gives a piped stream that its reader left before its end; an AbortSignal's error has a cause.
const isLeaving = (error: unknown): boolean =>
  error instanceof Error && Reflect.get(error, 'code') === 'ABORT_ERR' && error.cause === undefined

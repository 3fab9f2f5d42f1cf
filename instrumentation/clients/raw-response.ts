// Follows a raw response, which the app reads itself. In: the response of `asResponse()` and the call's recorder. Out: the
// same response; what the app reads of its body, whichever way, is read here as well, so the figures are the provider's.
import { Readable } from 'node:stream'
import type { CallRecorder } from '../model-call/recorder.ts'
import { awaitReader, readerCame } from '../model-call/unread.ts'
import { watchNodeStream } from '../model-call/watch-node-stream.ts'
import { watchReadable } from '../model-call/watch-readable.ts'
import { override, type StreamListener } from '../model-call/watch-stream.ts'
import type { StreamOutcome } from '../semconv.ts'

/** Of a body that is larger the figures are not read; the answers of chats are some kilobytes. */
const MAX_CHARACTERS = 8_388_608

// Every way to read a body begins with one of these, response.json() and the like too.
const READS = ['getReader', 'tee', 'pipeTo', 'pipeThrough', 'values', 'cancel', Symbol.asyncIterator] as const

/** @param isParsed whether the client reads the same body now, and ends the call itself. */
export function watchResponse(response: unknown, recorder: CallRecorder, isParsed: () => boolean): void {
  const { body, headers } = Object(response) as { body?: unknown; headers?: Headers }
  const hasEvents = headers?.get('content-type')?.startsWith('text/event-stream') === true
  const reader = new BodyReader(recorder, hasEvents, isParsed)
  // Of node-fetch, which older clients bring and newer ones take.
  if (body instanceof Readable) watchNodeStream(body, reader)
  if (!(body instanceof ReadableStream) || body.locked) return
  let watched: ReadableStream<unknown> | undefined
  for (const key of READS) {
    override(body, key, (...args: unknown[]) => {
      watched ??= watchReadable(body, reader)
      return Reflect.apply(Reflect.get(watched, key), watched, args)
    })
  }
}

class BodyReader implements StreamListener {
  readonly #recorder: CallRecorder
  readonly #hasEvents: boolean
  readonly #isParsed: () => boolean
  readonly #decoder = new TextDecoder()
  #text = ''

  constructor(recorder: CallRecorder, hasEvents: boolean, isParsed: () => boolean) {
    this.#recorder = recorder
    this.#hasEvents = hasEvents
    this.#isParsed = isParsed
  }

  reading(): void {
    readerCame(this.#recorder)
  }

  recordChunk(chunk: unknown): void {
    if (this.#isParsed()) return
    // Until the next read.
    awaitReader(this.#recorder)
    if (this.#text.length > MAX_CHARACTERS) return
    this.#text += typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk as Uint8Array, { stream: true })
    if (this.#hasEvents) this.#readEvents()
  }

  end(outcome: { error?: unknown; stream: StreamOutcome }): void {
    if (this.#isParsed()) return
    readerCame(this.#recorder)
    if (this.#hasEvents || outcome.stream !== 'completed') this.#recorder.end(outcome)
    else this.#recorder.end(this.#readAnswer() ? {} : { stream: 'stopped' })
  }

  // Each event of these APIs has its data on one line.
  #readEvents(): void {
    const lines = this.#text.split('\n')
    this.#text = lines.pop() ?? ''
    for (const line of lines) {
      const event = line.startsWith('data:') ? parse(line.slice('data:'.length)) : undefined
      if (event !== undefined) this.#recorder.recordChunk(event)
    }
  }

  #readAnswer(): boolean {
    const answer = this.#text.length > MAX_CHARACTERS ? undefined : parse(this.#text)
    if (answer !== undefined) this.#recorder.readReturned(answer)
    return answer !== undefined
  }
}

/** undefined for what is no JSON, as the `[DONE]` at the end of OpenAI's streams. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// Results that are returned before their request is made: those of streamText and streamObject of the Vercel AI SDK. In:
// such a result and the recorder of its call. Out: the call stays open for the request (clients/ai-sdk.ts); where none is
// made, it ends as abandoned. Nothing of the result is read: asking for its text or usage starts it.
import type { CallRecorder } from './recorder.ts'
import { streamOpened } from './unread.ts'

const dropped = new FinalizationRegistry<() => void>((abandon) => abandon())

// A getter of their class; an object of the app's own that holds a stream is no such result.
export const isDeferred = (result: unknown): result is object =>
  typeof result === 'object' && result !== null && 'textStream' in result && !Object.hasOwn(result, 'textStream')

export function endWhenAdopted(recorder: CallRecorder, result: object): void {
  streamOpened(recorder)
  dropped.register(result, abandonUnlessAdopted(recorder, performance.now()))
}

// Apart from the result, which it must not hold. A stream may outlive the result it came from.
const abandonUnlessAdopted = (recorder: CallRecorder, returnedMs: number) => () => {
  if (!recorder.isAdopted) recorder.abandon(returnedMs)
}

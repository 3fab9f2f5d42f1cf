// How a call ended. In: span status, `error.type` and the exception event. Out: the ledger's status and error class.
import type { Span } from '../span.ts'
import type { CallStatus } from './candidate.ts'

export interface Outcome {
  status: CallStatus
  errorClass: string
  /** Package of the exception that was thrown: `openai` of `openai.RateLimitError`; '' when not written. */
  thrownBy: string
  /** The reader went away in the middle of an answer: no failure of the call, but its figures are not final. */
  abandoned: boolean
}

const RATE_LIMITED = /\b429\b|rate.?limit|too.?many.?requests|resource.?exhausted|throttl/i
const ABANDONED = /GeneratorExit|Cancell?ed(?:Error)?$|AbortError|ClientDisconnect/
const ABANDONED_MESSAGE = /^(?:abandoned|client disconnected|GeneratorExit)/i
const TIMED_OUT = /time.?d?.?out|deadline|\b(?:408|504)\b/i

const SUCCESS: Outcome = { status: 'success', errorClass: '', thrownBy: '', abandoned: false }

/**
 * Unset and ok are success; a library that only sets `error.type` still failed, and so did one that notes an exception
 * where an answer should be.
 * @param told the error's class where the library has a word of its own for a failure, else ''.
 */
export function readOutcome(span: Span, isAnswered: boolean, told = ''): Outcome {
  const named = span.attributes['error.type']
  const type = typeof named === 'string' || typeof named === 'number' ? String(named) : told
  const threw = !isAnswered && span.events.some(({ name }) => name === 'exception')
  if (span.statusCode !== 2 && type === '' && !threw) return SUCCESS
  let errorClass = type
  let message = span.statusMessage
  for (const event of span.events) {
    if (event.name !== 'exception') continue
    const thrown = event.attributes['exception.type']
    if (errorClass === '' && typeof thrown === 'string') errorClass = thrown
    const text = event.attributes['exception.message']
    if (message === '' && typeof text === 'string') message = text
  }
  if (errorClass === '') errorClass = /^([A-Za-z_.]*(?:Error|Exception|Exit))\b/.exec(message)?.[1] ?? 'error'
  if (ABANDONED.test(errorClass) || ABANDONED_MESSAGE.test(message)) return { ...SUCCESS, abandoned: true }
  const evidence = `${errorClass} ${message.slice(0, 400)}`
  const status = RATE_LIMITED.test(evidence) ? 'rate_limited' : TIMED_OUT.test(evidence) ? 'timeout' : 'error'
  return {
    status,
    errorClass: errorClass.slice(errorClass.lastIndexOf('.') + 1) || errorClass,
    thrownBy: /^([a-z_]+)\./.exec(errorClass)?.[1] ?? '',
    abandoned: false,
  }
}

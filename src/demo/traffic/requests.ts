// The mix of requests a deal team sends. In: a random draw. Out: one HTTP request, now and then one that fails.
import type { Random } from '../../shared/random.ts'

export interface TrafficRequest {
  method: 'GET' | 'POST'
  path: string
  headers: Record<string, string>
  body?: string
  /** Statuses that are no surprise. */
  expected: readonly number[]
}

const QUESTIONS = [
  'When does the largest customer contract end?',
  'How much revenue did the company make last year?',
  'Which supplier delivers a part that no other offers?',
  'What are the risks of the pending court case?',
  'Who leads the company and since when?',
  'Is there a change of control clause in the contracts?',
  'When are binding offers due?',
  'How many employees does the company have?',
  'Did the last security test find critical weaknesses?',
  'How did orders develop over the quarters?',
  'Wie hoch war der Umsatz im letzten Jahr?',
  'Quels sont les plus grands clients ?',
]

const SEARCHES = ['revenue', 'change of control', 'court', 'supplier stock', 'security test', 'orders by quarter']

const USERS = ['ana', 'ben', 'chen', 'dora', 'emil']

const json = { 'Content-Type': 'application/json' }

/** Kinds of trouble, each with the answer the app owes. */
const TROUBLE: readonly ((base: TrafficRequest) => TrafficRequest)[] = [
  (base) => ({ ...base, body: '{"message":""}', expected: [400] }),
  (base) => ({ ...base, headers: { ...base.headers, Authorization: 'Bearer no-such-key' }, expected: [401] }),
  () => ({
    method: 'POST',
    path: '/api/documents?name=empty.txt',
    headers: { 'Content-Type': 'text/plain' },
    body: '',
    expected: [422],
  }),
  // Needs DEMO_FAULTS; without it the request simply succeeds.
  (base) => ({ ...base, headers: { ...base.headers, 'X-Model-Behaviour': 'status=503' }, expected: [200, 503] }),
  (base) => ({
    ...base,
    headers: { ...base.headers, 'X-Model-Behaviour': 'status=429&retry_after=1' },
    expected: [200, 503],
  }),
]

export function nextRequest(random: Random, errorShare: number): TrafficRequest {
  const user = { 'X-User-Id': random.pick(USERS) }
  const message = random.pick(QUESTIONS)
  const chat: TrafficRequest = {
    method: 'POST',
    path: '/api/chat',
    headers: { ...json, ...user },
    body: JSON.stringify({ message }),
    expected: [200],
  }
  if (random.next() < errorShare) return random.pick(TROUBLE)(chat)
  const kinds: readonly (() => TrafficRequest)[] = [
    () => chat,
    () => ({ ...chat, headers: { ...chat.headers, Accept: 'text/event-stream' } }),
    () => ({ ...chat, body: JSON.stringify({ message, retrieval: 'hybrid' }) }),
    () => ({ ...chat, path: '/api/qa', body: JSON.stringify({ question: message }) }),
    () => ({
      method: 'GET',
      path: `/api/search?q=${encodeURIComponent(random.pick(SEARCHES))}`,
      headers: user,
      expected: [200],
    }),
    () => ({
      method: 'POST',
      path: '/api/documents?name=note.md',
      headers: { ...user, 'Content-Type': 'text/markdown' },
      body: `# Note\n\n${random.pick(QUESTIONS)} The team will ask management on day ${random.between(1, 28)}.`,
      expected: [200, 201],
    }),
    () => ({
      method: 'POST',
      path: '/api/documents/sample-information-memorandum.md/analysis',
      headers: user,
      expected: [200],
    }),
  ]
  return (kinds[random.weighted([40, 25, 10, 10, 10, 2, 3])] as () => TrafficRequest)()
}

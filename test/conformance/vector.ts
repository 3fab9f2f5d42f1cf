// One conformance vector: a request as bytes, and what the OTLP/HTTP specification says the answer looks like.

export type Signal = 'traces' | 'logs'
export type Form = 'protobuf' | 'json'

export interface Expectation {
  /** Any of these. */
  status: number[]
  /** Media type of the answer. */
  type?: Form
  /** The body of a success has no partial_success, or one with this many rejected records. */
  rejected?: number
  /** partial_success is not even set; some servers send an empty one. */
  unset?: true
  /** The body is a google.rpc.Status with a message. */
  rpcStatus?: true
  /** Headers that have to be there. */
  headers?: string[]
}

export interface Vector {
  name: string
  /** Where the rule comes from. */
  rule: 'OTLP' | 'HTTP' | 'Spanledger'
  method?: string
  path: string
  headers: Record<string, string>
  body?: Buffer
  /** Sent without Content-Length. */
  chunked?: true
  /** Sent this many times at once: each answer is a success or as expected, and one at least is as expected. */
  burst?: number
  /** The bearer token is left out or replaced. */
  token?: 'none' | 'wrong'
  expect: Expectation
}

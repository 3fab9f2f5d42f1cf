// Sends one vector over a plain HTTP connection and compares the answer. In: a URL, a vector. Out: what is wrong with
// the answer, empty when nothing is.
import { type IncomingHttpHeaders, request } from 'node:http'
import { type as messageType } from '../support/otlp/messages.ts'
import type { Expectation, Form, Vector } from './vector.ts'

export interface VectorAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

const MEDIA_TYPE: Record<Form, string> = { protobuf: 'application/x-protobuf', json: 'application/json' }

export async function runVector(baseUrl: string, token: string | undefined, vector: Vector): Promise<string[]> {
  const answers = await Promise.all(
    Array.from({ length: vector.burst ?? 1 }, () => send(baseUrl, token, vector).catch((error: Error) => error)),
  )
  const asExpected = answers.filter((answer) => vector.burst === undefined || !isSuccess(answer))
  if (asExpected.length === 0) return [`none of ${answers.length} was answered with ${vector.expect.status}`]
  const problems = asExpected.flatMap((answer) =>
    answer instanceof Error ? [`no answer: ${answer.message}`] : compare(vector, answer),
  )
  return [...new Set(problems)]
}

const isSuccess = (answer: VectorAnswer | Error): boolean => !(answer instanceof Error) && answer.status === 200

function send(baseUrl: string, token: string | undefined, vector: Vector): Promise<VectorAnswer> {
  const headers: Record<string, string> = { ...vector.headers }
  if (vector.token === 'wrong') headers.authorization = 'Bearer wrong'
  else if (vector.token !== 'none' && token !== undefined) headers.authorization = `Bearer ${token}`
  if (vector.body && !vector.chunked) headers['content-length'] = String(vector.body.length)
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(vector.path, baseUrl), { method: vector.method ?? 'POST', headers, agent: false })
    let answered = false
    outgoing.on('response', (response) => {
      answered = true
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    // A server may answer and close before it has read everything.
    outgoing.on('error', (error) => answered || reject(error))
    outgoing.setTimeout(15_000, () => outgoing.destroy(new Error('no answer within 15 s')))
    outgoing.end(vector.body)
  })
}

function compare(vector: Vector, answer: VectorAnswer): string[] {
  const { expect } = vector
  const problems: string[] = []
  if (!expect.status.includes(answer.status))
    problems.push(`status ${answer.status}, not ${expect.status.join(' or ')}`)
  const mediaType = answer.headers['content-type']?.split(';')[0]?.trim()
  if (expect.type && mediaType !== MEDIA_TYPE[expect.type]) {
    problems.push(`content type ${mediaType}, not ${MEDIA_TYPE[expect.type]}`)
  }
  for (const header of expect.headers ?? []) if (!answer.headers[header]) problems.push(`no ${header} header`)
  if (answer.status === 503 && !answer.headers['retry-after']) problems.push('503 without Retry-After')
  if (problems.length > 0 || !expect.type) return problems
  try {
    problems.push(...compareBody(vector, expect, expect.type, answer.body))
  } catch (error) {
    problems.push(`the body cannot be read as ${expect.type}: ${(error as Error).message}`)
  }
  return problems
}

function compareBody(vector: Vector, expect: Expectation, form: Form, body: Buffer): string[] {
  if (expect.rpcStatus) {
    const status = decode(form, 'RpcStatus', body)
    return typeof status.message === 'string' && status.message !== '' ? [] : ['no message in google.rpc.Status']
  }
  const isLogs = vector.path.startsWith('/v1/logs')
  const answer = decode(form, isLogs ? 'ExportLogsServiceResponse' : 'ExportTraceServiceResponse', body)
  const partial = answer.partialSuccess as Record<string, string> | undefined
  const rejected = Number(partial?.[isLogs ? 'rejectedLogRecords' : 'rejectedSpans'] ?? 0)
  const problems: string[] = []
  if (rejected !== (expect.rejected ?? 0)) problems.push(`${rejected} rejected, not ${expect.rejected ?? 0}`)
  if (rejected > 0 && !partial?.errorMessage) problems.push('partial success without a message')
  if (expect.unset && partial) problems.push('partial_success set on a full success')
  return problems
}

function decode(form: Form, name: string, body: Buffer): Record<string, unknown> {
  if (form === 'json') return JSON.parse(body.toString())
  const type = messageType(name)
  return type.toObject(type.decode(body), { longs: String })
}

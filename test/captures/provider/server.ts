// The stand-in provider: speaks OpenAI, Anthropic and Gemini, and knows the truth about every request it served.
// In: vendor API requests; PUT /control (a scenario), GET /control (the truth since then). Out: replies as scripted.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { messageEvents, messageReply } from './anthropic.ts'
import { generateEvents, generateReply } from './gemini.ts'
import { type Body, readJson, sendEvents, sendJson } from './http.ts'
import { chatEvents, chatReply, embeddingsReply, responsesEvents, responsesReply } from './openai.ts'
import { CALM, countTokens, type Plan, type Scenario, type ToolCall, type Truth } from './scenario.ts'

interface Api {
  match: RegExp
  provider: string
  operation: Truth['operation']
  idPrefix: string
  reply(plan: Plan, request: Body): object
  events?(plan: Plan, request: Body): string[]
  /** Conversation, tools and whether a tool has answered, as this API spells them. */
  input(request: Body): unknown
}

const APIS: Api[] = [
  {
    match: /\/chat\/completions$/,
    provider: 'openai',
    operation: 'chat',
    idPrefix: 'chatcmpl-',
    reply: chatReply,
    events: chatEvents,
    input: ({ messages }) => messages,
  },
  {
    match: /\/responses$/,
    provider: 'openai',
    operation: 'chat',
    idPrefix: 'resp_',
    reply: (plan) => responsesReply(plan),
    events: responsesEvents,
    input: ({ input, instructions }) => [input, instructions],
  },
  {
    match: /\/embeddings$/,
    provider: 'openai',
    operation: 'embeddings',
    idPrefix: 'none',
    reply: embeddingsReply,
    input: ({ input }) => input,
  },
  {
    match: /\/messages$/,
    provider: 'anthropic',
    operation: 'chat',
    idPrefix: 'msg_',
    reply: messageReply,
    events: messageEvents,
    input: ({ messages, system }) => [messages, system],
  },
  {
    match: /\/models\/[^/:]+:(?:stream)?[gG]enerateContent$/,
    provider: 'gcp.gemini',
    operation: 'chat',
    idPrefix: 'gem-',
    reply: generateReply,
    events: generateEvents,
    input: ({ contents, systemInstruction }) => [contents, systemInstruction],
  },
]

export async function startProvider(port = 0): Promise<{ server: Server; url: string }> {
  let scenario: Scenario = CALM
  let truth: Truth[] = []
  let requests = 0

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const body = await readJson(request)
    if (pathname === '/control') {
      if (request.method === 'PUT') {
        scenario = { ...CALM, ...body }
        truth = []
        requests = 0
      }
      return sendJson(response, 200, truth)
    }
    const api = APIS.find(({ match }) => match.test(pathname))
    if (api === undefined) return sendJson(response, 404, { error: { message: `no such path ${pathname}` } })
    const plan = planReply(api, body, pathname, scenario, requests++)
    truth.push(plan.truth)
    const stream = body.stream === true || pathname.endsWith('streamGenerateContent')
    plan.truth.streamed = stream
    if (plan.flaw !== 'none') return sendFlaw(response, plan)
    if (!stream || api.events === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      return sendJson(response, 200, api.reply(plan, body), { 'request-id': `req_${requests}` })
    }
    if (!(await sendEvents(response, api.events(plan, body), plan.chunkDelay))) plan.truth.status = 'aborted'
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => {
      if (!response.headersSent) sendJson(response, 400, { error: { message: error.message } })
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the provider has no port')
  return { server, url: `http://127.0.0.1:${address.port}` }
}

let serial = 0

function planReply(api: Api, body: Body, pathname: string, scenario: Scenario, served: number): Plan {
  const flaw = served < scenario.flawedRequests ? scenario.flaw : 'none'
  const model: string = body.model ?? /\/models\/([^/:]+)/.exec(pathname)?.[1] ?? ''
  const tool = api.operation === 'chat' ? toolCallFor(api, body) : undefined
  const id = `${api.idPrefix}${(++serial).toString(36)}${Math.random().toString(36).slice(2, 14)}`
  const inputTokens = countTokens(api.input(body)) + scenario.cacheRead + scenario.cacheWrite
  const outputTokens = (tool ? 11 : countTokens(scenario.text)) + scenario.reasoning
  const failed = flaw !== 'none'
  const truth: Truth = {
    provider: api.provider,
    model,
    operation: api.operation,
    responseId: failed || api.idPrefix === 'none' ? '' : id,
    streamed: false,
    status: failed ? (flaw === 'rate_limited' ? 'rate_limited' : 'error') : 'success',
    usage: {
      inputTokens: failed ? 0 : inputTokens,
      outputTokens: failed || api.operation === 'embeddings' ? 0 : outputTokens,
      cacheReadTokens: failed ? 0 : scenario.cacheRead,
      cacheWriteTokens: failed ? 0 : scenario.cacheWrite,
      reasoningTokens: failed ? 0 : scenario.reasoning,
    },
  }
  return { flaw, id, model, text: scenario.text, tool, truth, chunkDelay: scenario.chunkDelay }
}

/** Calls the first offered tool once; when the conversation holds a tool's answer, answers in words. */
function toolCallFor(api: Api, body: Body): ToolCall | undefined {
  const offered = body.tools?.[0]
  const answered = /"(?:role":"tool|type":"(?:tool_result|function_call_output)|functionResponse)"/.test(
    JSON.stringify(api.input(body) ?? ''),
  )
  if (offered === undefined || answered) return undefined
  const declared = offered.function ?? (offered.functionDeclarations ?? offered.function_declarations)?.[0] ?? offered
  const name: string = declared.name
  const schema = declared.parameters ?? declared.parametersJsonSchema ?? declared.input_schema
  const argument = name === 'final_answer' ? { answer: 'forty two' } : toolArguments(schema)
  return { id: `call_${serial}`, name, arguments: JSON.stringify(argument) }
}

function toolArguments(schema: Body): Record<string, string> {
  const names = Object.keys(schema?.properties ?? { city: {} })
  return Object.fromEntries(names.map((name) => [name, 'Paris']))
}

function sendFlaw(response: ServerResponse, { flaw }: Plan): void {
  if (flaw === 'hang') return
  const status = flaw === 'rate_limited' ? 429 : 500
  const type = flaw === 'rate_limited' ? 'rate_limit_error' : 'api_error'
  sendJson(
    response,
    status,
    { type: 'error', error: { type, message: `scripted ${flaw}`, code: status, status: flaw.toUpperCase() } },
    { 'retry-after-ms': '10', 'x-should-retry': 'true' },
  )
}

if (import.meta.main) {
  const { url } = await startProvider(Number(process.env.PROVIDER_PORT ?? 0))
  console.log(url)
}

// OpenInference on LangChain for JavaScript.
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import * as callbacks from '@langchain/core/callbacks/manager'
import { ChatOpenAI } from '@langchain/openai'
import * as h from './harness.mjs'

const instrumentation = new LangChainInstrumentation()
instrumentation.setTracerProvider(h.provider)
instrumentation.manuallyInstrument(callbacks)
const gpt = new ChatOpenAI({
  model: 'gpt-4o-mini',
  apiKey: 'test',
  maxRetries: 0,
  configuration: { baseURL: `${h.URL}/v1` },
})
const stream = async () => {
  for await (const _ of await gpt.stream(h.QUESTION));
}

await h.capture(h.library('openinference-js-langchain', '@arizeai/openinference-instrumentation-langchain'), {
  plain: [h.CALM, () => gpt.invoke(h.QUESTION)],
  stream: [h.CALM, stream],
  cached: [h.CACHED, () => gpt.invoke(h.QUESTION)],
  reasoning: [h.REASONING, () => gpt.invoke(h.QUESTION)],
  twins: [h.CALM, () => Promise.all([gpt.invoke(h.QUESTION), gpt.invoke(h.QUESTION)])],
  'rate-limited': [h.RATE_LIMITED, () => gpt.invoke(h.QUESTION)],
})

// OpenLLMetry (Traceloop) for JavaScript on OpenAI and Anthropic.
import { createRequire } from 'node:module'
import { AnthropicInstrumentation } from '@traceloop/instrumentation-anthropic'
import { OpenAIInstrumentation } from '@traceloop/instrumentation-openai'
import { anthropicCases } from './anthropic-cases.mjs'
import * as h from './harness.mjs'
import { openaiCases } from './openai-cases.mjs'

for (const instrumentation of [new OpenAIInstrumentation(), new AnthropicInstrumentation()]) {
  instrumentation.setTracerProvider(h.provider)
}
const require = createRequire(import.meta.url)
const { OpenAI } = require('openai')
const { Anthropic } = require('@anthropic-ai/sdk')
await h.capture(h.library('traceloop-js-openai', '@traceloop/instrumentation-openai'), openaiCases(OpenAI))
await h.capture(h.library('traceloop-js-anthropic', '@traceloop/instrumentation-anthropic'), anthropicCases(Anthropic))

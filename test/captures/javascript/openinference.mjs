// OpenInference for JavaScript on OpenAI and Anthropic.
import { createRequire } from 'node:module'
import { AnthropicInstrumentation } from '@arizeai/openinference-instrumentation-anthropic'
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import { anthropicCases } from './anthropic-cases.mjs'
import * as h from './harness.mjs'
import { openaiCases } from './openai-cases.mjs'

for (const instrumentation of [new OpenAIInstrumentation(), new AnthropicInstrumentation()]) {
  instrumentation.setTracerProvider(h.provider)
}
const require = createRequire(import.meta.url)
const { OpenAI } = require('openai')
const { Anthropic } = require('@anthropic-ai/sdk')
await h.capture(
  h.library('openinference-js-openai', '@arizeai/openinference-instrumentation-openai'),
  openaiCases(OpenAI),
)
await h.capture(
  h.library('openinference-js-anthropic', '@arizeai/openinference-instrumentation-anthropic'),
  anthropicCases(Anthropic),
)

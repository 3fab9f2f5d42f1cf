// OpenInference for JavaScript on OpenAI and, where it is installed, Anthropic.
import { createRequire } from 'node:module'
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import { anthropicCases } from './anthropic-cases.mjs'
import * as h from './harness.mjs'
import { openaiCases } from './openai-cases.mjs'

const require = createRequire(import.meta.url)
new OpenAIInstrumentation().setTracerProvider(h.provider)
const { OpenAI } = require('openai')
await h.capture(
  h.library('openinference-js-openai', '@arizeai/openinference-instrumentation-openai'),
  openaiCases(OpenAI),
)
const anthropic = await import('@arizeai/openinference-instrumentation-anthropic').catch(() => undefined)
if (anthropic !== undefined) {
  new anthropic.AnthropicInstrumentation().setTracerProvider(h.provider)
  const { Anthropic } = require('@anthropic-ai/sdk')
  await h.capture(
    h.library('openinference-js-anthropic', '@arizeai/openinference-instrumentation-anthropic'),
    anthropicCases(Anthropic),
  )
}

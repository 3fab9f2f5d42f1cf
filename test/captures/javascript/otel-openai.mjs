// The OpenTelemetry instrumentation of OpenAI for JavaScript.
import { createRequire } from 'node:module'
import { metrics } from '@opentelemetry/api'
import { OpenAIInstrumentation } from '@opentelemetry/instrumentation-openai'
import * as h from './harness.mjs'
import { openaiCases } from './openai-cases.mjs'

const instrumentation = new OpenAIInstrumentation()
instrumentation.setTracerProvider(h.provider)
instrumentation.setMeterProvider(metrics.getMeterProvider())
const OpenAI = createRequire(import.meta.url)('openai').OpenAI
await h.capture(h.library('otel-js-openai', '@opentelemetry/instrumentation-openai'), openaiCases(OpenAI))

// OpenInference on LangChain for JavaScript.
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import * as callbacks from '@langchain/core/callbacks/manager'
import * as h from './harness.mjs'
import { CASES } from './langchain-cases.mjs'

const instrumentation = new LangChainInstrumentation()
instrumentation.setTracerProvider(h.provider)
instrumentation.manuallyInstrument(callbacks)
await h.capture(h.library('openinference-js-langchain', '@arizeai/openinference-instrumentation-langchain'), CASES)

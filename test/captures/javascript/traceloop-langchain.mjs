// OpenLLMetry (Traceloop) on LangChain for JavaScript.
import * as callbacks from '@langchain/core/callbacks/manager'
import { LangChainInstrumentation } from '@traceloop/instrumentation-langchain'
import * as h from './harness.mjs'
import { CASES } from './langchain-cases.mjs'

const instrumentation = new LangChainInstrumentation()
instrumentation.setTracerProvider(h.provider)
instrumentation.manuallyInstrument({ callbackManagerModule: callbacks })
await h.capture(h.library('traceloop-js-langchain', '@traceloop/instrumentation-langchain'), CASES)

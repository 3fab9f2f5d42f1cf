"""OpenLLMetry (Traceloop) on LlamaIndex: alone, and with OpenLLMetry on OpenAI beneath it."""
from harness import *
from opentelemetry.instrumentation.llamaindex import LlamaIndexInstrumentor
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

LlamaIndexInstrumentor().instrument()
from llama_index_cases import CASES

slug = library("traceloop-llama-index", "opentelemetry-instrumentation-llamaindex")
capture(slug, CASES)
OpenAIInstrumentor().instrument()
capture(slug, {f"nested-{name}": case for name, case in CASES.items()})

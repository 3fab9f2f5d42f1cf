"""OpenLLMetry (Traceloop) on OpenAI."""
from harness import *
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

OpenAIInstrumentor().instrument()
from openai_cases import CASES

capture(library("traceloop-openai", "opentelemetry-instrumentation-openai"), CASES)

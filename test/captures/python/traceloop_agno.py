"""OpenLLMetry (Traceloop) on Agno: alone, and with OpenLLMetry on OpenAI beneath it."""
from harness import *
from opentelemetry.instrumentation.agno import AgnoInstrumentor
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

AgnoInstrumentor().instrument()
from agno_cases import CASES

slug = library("traceloop-agno", "opentelemetry-instrumentation-agno")
capture(slug, CASES)
OpenAIInstrumentor().instrument()
capture(slug, {f"nested-{name}": case for name, case in CASES.items()})

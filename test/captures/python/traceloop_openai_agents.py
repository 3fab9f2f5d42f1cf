"""OpenAI Agents SDK with OpenLLMetry (Traceloop), alone and with OpenLLMetry on OpenAI beneath it."""
from harness import *
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.instrumentation.openai_agents import OpenAIAgentsInstrumentor

OpenAIAgentsInstrumentor().instrument()
from openai_agents_cases import CASES

slug = library("traceloop-openai-agents", "opentelemetry-instrumentation-openai-agents")
capture(slug, CASES)
OpenAIInstrumentor().instrument()
capture(slug, {f"nested-{name}": case for name, case in CASES.items()})

"""CrewAI with OpenLLMetry (Traceloop), alone and with OpenLLMetry on OpenAI beneath it."""
from harness import *
from opentelemetry.instrumentation.crewai import CrewAIInstrumentor
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

CrewAIInstrumentor().instrument()
from crewai_cases import CASES

slug = library("traceloop-crewai", "opentelemetry-instrumentation-crewai")
capture(slug, CASES)
OpenAIInstrumentor().instrument()
capture(slug, {f"nested-{name}": case for name, case in CASES.items() if name != "rate-limited"})

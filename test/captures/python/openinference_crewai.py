"""CrewAI with OpenInference, alone and with OpenInference on OpenAI beneath it."""
from harness import *
from openinference.instrumentation.crewai import CrewAIInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor

CrewAIInstrumentor().instrument()
from crewai_cases import CASES

slug = library("openinference-crewai", "openinference-instrumentation-crewai")
capture(slug, CASES)
OpenAIInstrumentor().instrument()
capture(slug, {f"nested-{name}": case for name, case in CASES.items() if name != "rate-limited"})

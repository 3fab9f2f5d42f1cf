"""OpenAI Agents SDK with OpenInference, alone and with OpenInference on OpenAI beneath it."""
from harness import *
from openinference.instrumentation.openai import OpenAIInstrumentor
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor

OpenAIAgentsInstrumentor().instrument()
from openai_agents_cases import CASES

slug = library("openinference-openai-agents", "openinference-instrumentation-openai-agents")
capture(slug, CASES)
OpenAIInstrumentor().instrument()
capture(slug, {f"nested-{name}": case for name, case in CASES.items()})

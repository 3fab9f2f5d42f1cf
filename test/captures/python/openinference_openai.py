"""OpenInference on OpenAI."""
from harness import *
from openinference.instrumentation.openai import OpenAIInstrumentor

OpenAIInstrumentor().instrument()
from openai_cases import CASES

capture(library("openinference-openai", "openinference-instrumentation-openai"), CASES)

"""The official OpenTelemetry instrumentation of OpenAI."""
from harness import *
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

OpenAIInstrumentor().instrument()
from openai_cases import CASES

capture(library("otel-genai-openai", "opentelemetry-instrumentation-genai-openai"), CASES)

"""The official OpenTelemetry instrumentation of OpenAI, older package."""
from harness import *
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor

OpenAIInstrumentor().instrument()
from openai_cases import CASES

capture(library("otel-openai-v2", "opentelemetry-instrumentation-openai-v2"), CASES)

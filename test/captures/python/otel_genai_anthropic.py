"""The official OpenTelemetry instrumentation of Anthropic."""
from harness import *
from opentelemetry.instrumentation.genai.anthropic import AnthropicInstrumentor

AnthropicInstrumentor().instrument()
from anthropic_cases import CASES

capture(library("otel-genai-anthropic", "opentelemetry-instrumentation-genai-anthropic"), CASES)

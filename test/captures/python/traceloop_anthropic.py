"""OpenLLMetry (Traceloop) on Anthropic."""
from harness import *
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor

AnthropicInstrumentor().instrument()
from anthropic_cases import CASES

capture(library("traceloop-anthropic", "opentelemetry-instrumentation-anthropic"), CASES)

"""OpenInference on Anthropic."""
from harness import *
from openinference.instrumentation.anthropic import AnthropicInstrumentor

AnthropicInstrumentor().instrument()
from anthropic_cases import CASES

capture(library("openinference-anthropic", "openinference-instrumentation-anthropic"), CASES)

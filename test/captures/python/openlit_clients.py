"""openlit on OpenAI and Anthropic; it takes the global tracer provider."""
import openlit
from harness import *

try:
    openlit.init(disable_metrics=True, disable_events=True)
except TypeError:  # before 1.36
    openlit.init(disable_metrics=True)
import anthropic_cases
import openai_cases

capture(library("openlit-openai", "openlit"), openai_cases.CASES)
capture(library("openlit-anthropic", "openlit"), anthropic_cases.CASES)

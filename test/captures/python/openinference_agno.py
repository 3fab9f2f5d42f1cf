"""Agno with OpenInference."""
from harness import *
from openinference.instrumentation.agno import AgnoInstrumentor

AgnoInstrumentor().instrument()
from agno_cases import CASES

capture(library("openinference-agno", "openinference-instrumentation-agno"), CASES)

"""OpenInference on LlamaIndex."""
from harness import *
from openinference.instrumentation.llama_index import LlamaIndexInstrumentor

LlamaIndexInstrumentor().instrument()
from llama_index_cases import CASES

capture(library("openinference-llama-index", "openinference-instrumentation-llama-index"), CASES)

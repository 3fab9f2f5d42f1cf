"""The Anthropic SDK alone: the spans it emits by itself."""
from harness import *
from anthropic_cases import CASES

capture(library("anthropic-sdk", "anthropic"), CASES)

"""OpenInference on google-genai."""
from harness import *
from openinference.instrumentation.google_genai import GoogleGenAIInstrumentor

GoogleGenAIInstrumentor().instrument()
from google_genai_cases import CASES

capture(library("openinference-google-genai", "openinference-instrumentation-google-genai"), CASES)

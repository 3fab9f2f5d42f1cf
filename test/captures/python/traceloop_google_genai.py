"""OpenLLMetry (Traceloop) on google-genai."""
from harness import *
from opentelemetry.instrumentation.google_generativeai import GoogleGenerativeAiInstrumentor

GoogleGenerativeAiInstrumentor().instrument()
from google_genai_cases import CASES

capture(library("traceloop-google-genai", "opentelemetry-instrumentation-google-generativeai"), CASES)

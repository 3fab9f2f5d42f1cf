"""The official OpenTelemetry instrumentation of google-genai."""
from harness import *
from opentelemetry.instrumentation.google_genai import GoogleGenAiSdkInstrumentor

GoogleGenAiSdkInstrumentor().instrument()
from google_genai_cases import CASES

capture(library("otel-google-genai", "opentelemetry-instrumentation-google-genai"), CASES)

"""Several instrumentations on one client: OpenLLMetry, OpenInference and the official one together."""
from harness import *
from openinference.instrumentation.anthropic import AnthropicInstrumentor as InferenceAnthropic
from openinference.instrumentation.openai import OpenAIInstrumentor as InferenceOpenAI
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor as TraceloopAnthropic
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor as OfficialOpenAI
from opentelemetry.instrumentation.openai import OpenAIInstrumentor as TraceloopOpenAI

for instrumentor in (TraceloopAnthropic, InferenceAnthropic, TraceloopOpenAI, InferenceOpenAI, OfficialOpenAI):
    instrumentor().instrument()
import anthropic_cases
import openai_cases

capture("several-openai", openai_cases.CASES)
capture("several-anthropic", anthropic_cases.CASES)

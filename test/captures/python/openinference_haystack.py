"""Haystack with OpenInference, alone and with OpenInference on OpenAI beneath it."""
from harness import *
from haystack import Pipeline
from haystack.components.agents import Agent
from haystack.components.builders import ChatPromptBuilder
from haystack.components.embedders import OpenAITextEmbedder
from haystack.components.generators.chat import OpenAIChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.tools import tool
from haystack.utils import Secret
from openinference.instrumentation.haystack import HaystackInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor

HaystackInstrumentor().instrument()
CLIENT = {"api_key": Secret.from_token("test"), "api_base_url": URL + "/v1"}


def gpt(**rest):
    return OpenAIChatGenerator(model="gpt-4o-mini", max_retries=0, **CLIENT, **rest)


@tool
def weather(city: str) -> str:
    """Weather of a city."""
    return "sunny"


def pipeline(**rest):
    line = Pipeline()
    line.add_component("prompt", ChatPromptBuilder(template=[ChatMessage.from_user(QUESTION)]))
    line.add_component("llm", gpt(**rest))
    line.connect("prompt.prompt", "llm.messages")
    line.run({})


def embed():
    line = Pipeline()
    line.add_component("embedder", OpenAITextEmbedder(model="text-embedding-3-small", **CLIENT))
    line.run({"embedder": {"text": "one"}})


def agent():
    Agent(chat_generator=gpt(), tools=[weather]).run(messages=[ChatMessage.from_user("Weather in Paris?")])


slug = library("openinference-haystack", "openinference-instrumentation-haystack")
CASES = {
    "plain": (CALM, pipeline),
    "cached": (CACHED, pipeline),
    "reasoning": (REASONING, pipeline),
    "stream": (CALM, lambda: pipeline(streaming_callback=lambda chunk: None)),
    "agent": (CALM, agent),
    "embeddings": (CALM, embed),
    "rate-limited": (RATE_LIMITED, pipeline),
}
capture(slug, CASES)
OpenAIInstrumentor().instrument()
capture(slug, {f"nested-{name}": case for name, case in CASES.items()})

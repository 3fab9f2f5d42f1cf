"""smolagents with OpenInference, alone and with OpenInference on OpenAI beneath it."""
from harness import *
from openinference.instrumentation.openai import OpenAIInstrumentor
from openinference.instrumentation.smolagents import SmolagentsInstrumentor

SmolagentsInstrumentor().instrument()
from smolagents import OpenAIServerModel, ToolCallingAgent, tool


@tool
def weather(city: str) -> str:
    """Weather of a city.

    Args:
        city: name of the city
    """
    return "sunny"


def model():
    return OpenAIServerModel("gpt-4o-mini", api_base=URL + "/v1", api_key="test", client_kwargs={"max_retries": 0})


def agent():
    ToolCallingAgent(tools=[weather], model=model(), max_steps=2).run("Weather in Paris?")


def ask():
    model()([{"role": "user", "content": QUESTION}])


slug = library("openinference-smolagents", "openinference-instrumentation-smolagents")
capture(slug, {"plain": (CALM, ask), "cached": (CACHED, ask), "agent": (CALM, agent)})
OpenAIInstrumentor().instrument()
capture(slug, {"nested-plain": (CALM, ask), "nested-agent": (CALM, agent)})

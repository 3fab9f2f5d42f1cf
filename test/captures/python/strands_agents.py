"""Strands Agents' own telemetry."""
from harness import *
from strands import Agent, tool
from strands.models.anthropic import AnthropicModel
from strands.models.openai import OpenAIModel


def gpt():
    return OpenAIModel(client_args={"api_key": "test", "base_url": URL + "/v1", "max_retries": 0}, model_id="gpt-4o-mini")


def claude():
    return AnthropicModel(client_args={"api_key": "test", "base_url": URL, "max_retries": 0}, model_id="claude-sonnet-4-20250514", max_tokens=100)


@tool
def weather(city: str) -> str:
    """Weather of a city."""
    return "sunny"


def ask(model=gpt, text=QUESTION, tools=()):
    return Agent(model=model(), tools=list(tools), callback_handler=None)(text)


async def twins():
    await asyncio.gather(*(Agent(model=gpt(), callback_handler=None).invoke_async(QUESTION) for _ in range(2)))


def delegation():
    @tool
    def colleague(question: str) -> str:
        """Asks a colleague."""
        return str(ask(text=question))

    ask(text="Ask your colleague", tools=[colleague])


capture(
    library("strands-agents", "strands-agents"),
    {
        "plain": (CALM, ask),
        "cached": (CACHED, ask),
        "reasoning": (REASONING, ask),
        "agent": (CALM, lambda: ask(text="Weather in Paris?", tools=[weather])),
        "delegation": (CALM, delegation),
        "twins": (CALM, twins),
        "server-error": (SERVER_ERROR, ask),
        "anthropic-cache-write": (CACHE_WRITE, lambda: ask(claude)),
        "anthropic-cached-small": (CACHED_SMALL, lambda: ask(claude, LONG_QUESTION)),
        "anthropic-agent": (CALM, lambda: ask(claude, "Weather in Paris?", [weather])),
    },
)

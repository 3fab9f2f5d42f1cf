"""Cases of Agno, whichever instrumentation watches it."""
from agno.agent import Agent
from agno.models.anthropic import Claude
from agno.models.openai import OpenAIChat, OpenAIResponses
from agno.team import Team
from harness import *

CLIENT = {"api_key": "test", "base_url": URL + "/v1", "max_retries": 0}


def gpt():
    return OpenAIChat(id="gpt-4o-mini", **CLIENT)


def responses():
    return OpenAIResponses(id="gpt-4o-mini", **CLIENT)


def claude():
    return Claude(id="claude-sonnet-4-20250514", api_key="test", client_params={"base_url": URL, "max_retries": 0})


def weather(city: str) -> str:
    """Weather of a city."""
    return "sunny"


def ask(model=gpt, text=QUESTION, **rest):
    return Agent(name="helper", model=model(), telemetry=False, **rest).run(text)


def stream(model=gpt):
    for _ in Agent(name="helper", model=model(), telemetry=False).run(QUESTION, stream=True):
        pass


async def twins():
    await asyncio.gather(*(Agent(model=gpt(), telemetry=False).arun(QUESTION) for _ in range(2)))


def delegation():
    def colleague(question: str) -> str:
        """Asks a colleague."""
        return ask(text=question).content

    ask(text="Ask your colleague", tools=[colleague])


def team():
    Team(members=[Agent(name="helper", model=gpt(), telemetry=False)], model=gpt(), telemetry=False).run(QUESTION)


CASES = {
    "plain": (CALM, ask),
    "stream": (CALM, stream),
    "cached": (CACHED, ask),
    "reasoning": (REASONING, ask),
    "agent": (CALM, lambda: ask(text="Weather in Paris?", tools=[weather])),
    "delegation": (CALM, delegation),
    "team": (CALM, team),
    "twins": (CALM, twins),
    "rate-limited": (RATE_LIMITED, ask),
    "retry": (RETRIED, lambda: ask(lambda: OpenAIChat(id="gpt-4o-mini", **{**CLIENT, "max_retries": 2}))),
    "responses": ({"cacheRead": 1024, "reasoning": 64}, lambda: ask(responses)),
    "responses-stream": (CALM, lambda: stream(responses)),
    "anthropic-plain": (CALM, lambda: ask(claude)),
    "anthropic-cached-small": (CACHED_SMALL, lambda: ask(claude, LONG_QUESTION)),
    "anthropic-cache-write": (CACHE_WRITE, lambda: ask(claude)),
    "anthropic-stream": (CACHED_SMALL, lambda: stream(claude)),
    "anthropic-agent": (CALM, lambda: ask(claude, "Weather in Paris?", tools=[weather])),
}

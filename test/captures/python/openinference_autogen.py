"""AutoGen's agents with OpenInference, alone and with OpenInference on OpenAI beneath it."""
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.conditions import MaxMessageTermination
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_ext.models.openai import OpenAIChatCompletionClient
from harness import *
from openinference.instrumentation.autogen_agentchat import AutogenAgentChatInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor

AutogenAgentChatInstrumentor().instrument()


def gpt():
    return OpenAIChatCompletionClient(model="gpt-4o-mini-2024-07-18", base_url=URL + "/v1", api_key="test", max_retries=0)


async def weather(city: str) -> str:
    """Weather of a city."""
    return "sunny"


def helper(name="helper", **rest):
    return AssistantAgent(name, model_client=gpt(), **rest)


async def ask():
    await helper().run(task=QUESTION)


async def agent():
    await helper(tools=[weather], reflect_on_tool_use=True).run(task="Weather in Paris?")


async def stream():
    async for _ in helper(model_client_stream=True).run_stream(task=QUESTION):
        pass


async def twins():
    await asyncio.gather(helper().run(task=QUESTION), helper().run(task=QUESTION))


async def team():
    await RoundRobinGroupChat([helper("one"), helper("two")], termination_condition=MaxMessageTermination(3)).run(task=QUESTION)


slug = library("openinference-autogen", "openinference-instrumentation-autogen-agentchat")
CASES = {
    "plain": (CALM, ask),
    "cached": (CACHED, ask),
    "stream": (CALM, stream),
    "agent": (CALM, agent),
    "team": (CALM, team),
    "twins": (CALM, twins),
    "rate-limited": (RATE_LIMITED, ask),
}
capture(slug, CASES)
OpenAIInstrumentor().instrument()
capture(slug, {f"nested-{name}": case for name, case in CASES.items()})

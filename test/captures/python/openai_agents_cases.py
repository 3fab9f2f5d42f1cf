"""Cases of the OpenAI Agents SDK, whichever instrumentation watches it."""
import openai
from agents import Agent, OpenAIChatCompletionsModel, Runner, function_tool, set_default_openai_client
from harness import *

client = openai.AsyncOpenAI(api_key="test", base_url=URL + "/v1", max_retries=0)
set_default_openai_client(client, use_for_tracing=False)


@function_tool
def weather(city: str) -> str:
    """Weather of a city."""
    return "sunny"


async def ask(text=QUESTION, tools=(), chat=False):
    model = OpenAIChatCompletionsModel("gpt-4o-mini", client) if chat else "gpt-4o-mini"
    await Runner.run(Agent(name="helper", model=model, tools=list(tools)), text)


async def agent():
    await ask("Weather in Paris?", [weather])


async def agent_chat():
    await ask("Weather in Paris?", [weather], chat=True)


async def twins():
    await asyncio.gather(ask(), ask())


async def stream():
    result = Runner.run_streamed(Agent(name="helper", model="gpt-4o-mini"), QUESTION)
    async for _ in result.stream_events():
        pass


def colleague():
    helper = Agent(name="helper", model="gpt-4o-mini")
    return helper.as_tool(tool_name="colleague", tool_description="Asks a colleague.")


async def delegation():
    await ask("Ask your colleague", [colleague()])


RICH = {"cacheRead": 1024, "reasoning": 64}
CASES = {
    "plain": (CALM, ask),
    "rich": (RICH, ask),
    "agent": (CALM, agent),
    "agent-chat": (CALM, agent_chat),
    "delegation": (CALM, delegation),
    "twins": (CALM, twins),
    "stream": (CALM, stream),
    "rate-limited": (RATE_LIMITED, ask),
}

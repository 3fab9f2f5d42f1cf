"""OpenAI Agents SDK with OpenInference, alone and with OpenInference on OpenAI beneath it."""
import openai
from agents import Agent, Runner, function_tool, set_default_openai_client
from harness import *
from openinference.instrumentation.openai import OpenAIInstrumentor
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor

OpenAIAgentsInstrumentor().instrument()
from agents import OpenAIChatCompletionsModel

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


slug = library("openinference-openai-agents", "openinference-instrumentation-openai-agents")
rich = {"cacheRead": 1024, "reasoning": 64}
capture(slug, {"plain": (CALM, ask), "rich": (rich, ask), "agent": (CALM, agent), "agent-chat": (CALM, agent_chat), "twins": (CALM, twins), "stream": (CALM, stream), "rate-limited": (RATE_LIMITED, ask)})
OpenAIInstrumentor().instrument()
capture(slug, {"nested-plain": (CALM, ask), "nested-agent": (CALM, agent), "nested-agent-chat": (CALM, agent_chat), "nested-twins": (CALM, twins)})

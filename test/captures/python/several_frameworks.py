"""LangChain with every instrumentation at once: two of the framework, three of the client, and the SDK's own spans."""
from harness import *
from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openinference.instrumentation.anthropic import AnthropicInstrumentor as InferenceAnthropic
from openinference.instrumentation.langchain import LangChainInstrumentor as InferenceLangChain
from openinference.instrumentation.openai import OpenAIInstrumentor as InferenceOpenAI
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor as TraceloopAnthropic
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor as OfficialOpenAI
from opentelemetry.instrumentation.langchain import LangchainInstrumentor as TraceloopLangChain
from opentelemetry.instrumentation.openai import OpenAIInstrumentor as TraceloopOpenAI

for instrumentor in (
    *(InferenceLangChain, TraceloopLangChain, TraceloopOpenAI, InferenceOpenAI, OfficialOpenAI),
    *(TraceloopAnthropic, InferenceAnthropic),
):
    instrumentor().instrument()
gpt = ChatOpenAI(model="gpt-4o-mini", base_url=URL + "/v1", api_key="test", max_retries=0, stream_usage=True)
claude = ChatAnthropic(model="claude-sonnet-4-20250514", base_url=URL, api_key="test", max_retries=0)


@tool
def weather(city: str) -> str:
    """Weather of a city."""
    return "sunny"


def run(model, tools, text):
    return create_agent(model, tools).invoke({"messages": [("user", text)]})["messages"][-1].content


@tool
def colleague(question: str) -> str:
    """Asks a colleague."""
    return str(run(claude, [], question))


def stream(model=gpt):
    for _ in model.stream(QUESTION):
        pass


async def twins(model=gpt):
    await asyncio.gather(model.ainvoke(QUESTION), model.ainvoke(QUESTION))


async def twin_agents():
    agents = [create_agent(gpt, [weather]) for _ in range(2)]
    await asyncio.gather(*(agent.ainvoke({"messages": [("user", "Weather in Paris?")]}) for agent in agents))


async def anthropic_twins():
    await twins(claude)


capture(
    "several-langchain",
    {
        "plain": (CALM, lambda: gpt.invoke(QUESTION)),
        "stream": (CALM, stream),
        "cached": (CACHED, lambda: gpt.invoke(QUESTION)),
        "reasoning": (REASONING, lambda: gpt.invoke(QUESTION)),
        "agent": (CALM, lambda: run(gpt, [weather], "Weather in Paris?")),
        "delegation": (CALM, lambda: run(gpt, [colleague], "Ask your colleague")),
        "twins": (CALM, twins),
        "twin-agents": (CALM, twin_agents),
        "rate-limited": (RATE_LIMITED, lambda: gpt.invoke(QUESTION)),
        "anthropic-plain": (CALM, lambda: claude.invoke(QUESTION)),
        "anthropic-cached-small": (CACHED_SMALL, lambda: claude.invoke(LONG_QUESTION)),
        "anthropic-cache-write": (CACHE_WRITE, lambda: claude.invoke(QUESTION)),
        "anthropic-stream": (CACHED_SMALL, lambda: stream(claude)),
        "anthropic-agent": (CALM, lambda: run(claude, [weather], "Weather in Paris?")),
        "anthropic-twins": (CALM, anthropic_twins),
    },
)

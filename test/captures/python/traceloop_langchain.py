"""OpenLLMetry (Traceloop) on LangChain: alone, and with OpenLLMetry on OpenAI beneath it."""
from harness import *
from langchain_anthropic import ChatAnthropic
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from opentelemetry.instrumentation.langchain import LangchainInstrumentor
from opentelemetry.instrumentation.openai import OpenAIInstrumentor

try:
    from langchain.agents import create_agent
except ImportError:  # before 1.0
    from langgraph.prebuilt import create_react_agent as create_agent

LangchainInstrumentor().instrument()
gpt = ChatOpenAI(model="gpt-4o-mini", base_url=URL + "/v1", api_key="test", max_retries=0, stream_usage=True)
claude = ChatAnthropic(model="claude-sonnet-4-20250514", base_url=URL, api_key="test", max_retries=0)


@tool
def weather(city: str) -> str:
    """Weather of a city."""
    return "sunny"


def stream():
    for _ in gpt.stream(QUESTION):
        pass


def agent():
    create_agent(gpt, [weather]).invoke({"messages": [("user", "Weather in Paris?")]})


async def twins():
    await asyncio.gather(gpt.ainvoke(QUESTION), gpt.ainvoke(QUESTION))


slug = library("traceloop-langchain", "opentelemetry-instrumentation-langchain")
capture(
    slug,
    {
        "plain": (CALM, lambda: gpt.invoke(QUESTION)),
        "stream": (CALM, stream),
        "cached": (CACHED, lambda: gpt.invoke(QUESTION)),
        "agent": (CALM, agent),
        "twins": (CALM, twins),
        "rate-limited": (RATE_LIMITED, lambda: gpt.invoke(QUESTION)),
        "anthropic-cached-small": (CACHED_SMALL, lambda: claude.invoke(LONG_QUESTION)),
        "anthropic-cache-write": (CACHE_WRITE, lambda: claude.invoke(QUESTION)),
    },
)
OpenAIInstrumentor().instrument()
capture(slug, {"nested-plain": (CALM, lambda: gpt.invoke(QUESTION)), "nested-agent": (CALM, agent), "nested-twins": (CALM, twins)})

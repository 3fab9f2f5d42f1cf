"""OpenInference on LangChain: alone, and with OpenInference on OpenAI beneath it."""
from harness import *
from langchain_anthropic import ChatAnthropic
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from openinference.instrumentation.langchain import LangChainInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor

try:
    from langchain.agents import create_agent
except ImportError:  # before 1.0
    from langgraph.prebuilt import create_react_agent as create_agent

LangChainInstrumentor().instrument()
gpt = ChatOpenAI(model="gpt-4o-mini", base_url=URL + "/v1", api_key="test", max_retries=0)
silent = ChatOpenAI(model="gpt-4o-mini", base_url=URL + "/v1", api_key="test", max_retries=0, stream_usage=False)
claude = ChatAnthropic(model="claude-sonnet-4-20250514", base_url=URL, api_key="test", max_retries=0)


@tool
def weather(city: str) -> str:
    """Weather of a city."""
    return "sunny"


def stream(model=gpt):
    for _ in model.stream(QUESTION):
        pass


def abort():
    for number, _ in enumerate(gpt.stream(QUESTION)):
        if number == 2:
            break


def agent(model=gpt):
    create_agent(model, [weather]).invoke({"messages": [("user", "Weather in Paris?")]})


async def twins():
    await asyncio.gather(gpt.ainvoke(QUESTION), gpt.ainvoke(QUESTION))


slug = library("openinference-langchain", "openinference-instrumentation-langchain")
capture(
    slug,
    {
        "plain": (CALM, lambda: gpt.invoke(QUESTION)),
        "stream": (CALM, stream),
        "stream-without-usage": (CALM, lambda: stream(silent)),
        "cached": (CACHED, lambda: gpt.invoke(QUESTION)),
        "reasoning": (REASONING, lambda: gpt.invoke(QUESTION)),
        "agent": (CALM, agent),
        "rate-limited": (RATE_LIMITED, lambda: gpt.invoke(QUESTION)),
        "twins": (CALM, twins),
        "abort": (SLOW, abort),
        "anthropic-plain": (CALM, lambda: claude.invoke(QUESTION)),
        "anthropic-cached-small": (CACHED_SMALL, lambda: claude.invoke(LONG_QUESTION)),
        "anthropic-cache-write": (CACHE_WRITE, lambda: claude.invoke(QUESTION)),
        "anthropic-stream": (CACHED_SMALL, lambda: stream(claude)),
        "anthropic-agent": (CALM, lambda: agent(claude)),
        "batch": (CALM, lambda: gpt.batch([QUESTION, QUESTION])),
        "fallback": (RETRIED, lambda: gpt.with_fallbacks([claude]).invoke(QUESTION)),
    },
)
OpenAIInstrumentor().instrument()
capture(
    slug,
    {
        "nested-plain": (CALM, lambda: gpt.invoke(QUESTION)),
        "nested-agent": (CALM, agent),
        "nested-stream": (CALM, stream),
        "nested-twins": (CALM, twins),
        "nested-embeddings": (
            CALM,
            lambda: OpenAIEmbeddings(
                model="text-embedding-3-small", base_url=URL + "/v1", api_key="test", check_embedding_ctx_length=False
            ).embed_documents(["one", "two"]),
        ),
    },
)

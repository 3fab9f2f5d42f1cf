"""Pydantic AI's own instrumentation (as Logfire configures it), alone and with Logfire's OpenAI instrumentation beneath."""
try:
    import logfire

    logfire.instrument_pydantic_ai  # absent in a Logfire that is too old for this Pydantic AI
except (ImportError, AttributeError):
    logfire = None
from harness import *
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from pydantic_ai import Agent
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider

if logfire is None:
    Agent.instrument_all()
else:
    logfire.configure(send_to_logfire=False, console=False, additional_span_processors=[SimpleSpanProcessor(exporter)])
    logfire.instrument_pydantic_ai()
import harness

harness.tracer = trace.get_tracer("capture")
openai_provider = OpenAIProvider(base_url=URL + "/v1", api_key="test")
GPT = OpenAIChatModel("gpt-4o-mini", provider=openai_provider)
RESPONSES = OpenAIResponsesModel("gpt-4o-mini", provider=openai_provider)
CLAUDE = AnthropicModel("claude-sonnet-4-20250514", provider=AnthropicProvider(api_key="test", base_url=URL))
try:
    GEMINI = GoogleModel("gemini-2.5-flash", provider=GoogleProvider(api_key="test", base_url=URL))
except TypeError:  # before 1.1: the address is an option of the client
    GEMINI = None


def weather(city: str) -> str:
    """Weather of a city."""
    return "sunny"


def ask(model=GPT, text=QUESTION, tools=()):
    return Agent(model, tools=list(tools)).run_sync(text)


async def stream(model=GPT):
    async with Agent(model).run_stream(QUESTION) as result:
        async for _ in result.stream_text():
            pass


async def abort():
    async with Agent(GPT).run_stream(QUESTION) as result:
        async for _ in result.stream_text():
            break


async def twins():
    agent = Agent(GPT)
    await asyncio.gather(agent.run(QUESTION), agent.run(QUESTION))


def delegation():
    inner = Agent(CLAUDE)
    outer = Agent(GPT)

    @outer.tool_plain
    async def ask_colleague(question: str) -> str:
        """Asks a colleague."""
        return (await inner.run(question)).output

    outer.run_sync("Ask your colleague")


slug = library("pydantic-ai", "pydantic-ai-slim")
capture(
    slug,
    {
        "plain": (CALM, ask),
        "stream": (CALM, stream),
        "cached": (CACHED, ask),
        "reasoning": (REASONING, ask),
        "responses": ({"cacheRead": 1024, "reasoning": 64}, lambda: ask(RESPONSES)),
        "agent": (CALM, lambda: ask(text="Weather in Paris?", tools=[weather])),
        "delegation": (CALM, delegation),
        "twins": (CALM, twins),
        "abort": (SLOW, abort),
        "rate-limited": (RATE_LIMITED, lambda: ask(CLAUDE)),
        "anthropic-plain": (CALM, lambda: ask(CLAUDE)),
        "anthropic-cache-write": (CACHE_WRITE, lambda: ask(CLAUDE)),
        "anthropic-cached-small": (CACHED_SMALL, lambda: ask(CLAUDE, LONG_QUESTION)),
        "gemini-reasoning": (REASONING, lambda: ask(GEMINI)),
        "gemini-cached": (CACHED, lambda: ask(GEMINI)),
    },
)
if logfire is not None:
    logfire.instrument_openai(openai_provider.client)
    capture(slug, {"nested-plain": (CALM, ask), "nested-agent": (CALM, lambda: ask(text="Weather in Paris?", tools=[weather])), "nested-stream": (CALM, stream)})

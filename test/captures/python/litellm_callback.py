"""LiteLLM's own OpenTelemetry callback."""
import litellm
from harness import *
from litellm import Router
from litellm.integrations.opentelemetry import OpenTelemetry, OpenTelemetryConfig

litellm.telemetry = False
litellm.callbacks = [OpenTelemetry(config=OpenTelemetryConfig(exporter=exporter), tracer_provider=provider)]
GPT = {"model": "openai/gpt-4o-mini", "api_base": URL + "/v1", "api_key": "test", "max_retries": 0}
CLAUDE = {"model": "anthropic/claude-sonnet-4-20250514", "api_base": URL, "api_key": "test", "max_retries": 0}
GEMINI = {"model": "gemini/gemini-2.5-flash", "api_key": "test", "api_base": URL + "/v1beta/models/gemini-2.5-flash"}


def ask(target=GPT, text=QUESTION, **rest):
    return litellm.completion(messages=[{"role": "user", "content": text}], **target, **rest)


def stream(target=GPT, **rest):
    for _ in ask(target, stream=True, **rest):
        pass


def two_calls():
    ask()
    ask(text="Another question, a little longer than the first")


def tool_loop():
    first = ask(tools=[WEATHER], text="Weather in Paris?").choices[0].message
    litellm.completion(
        messages=[
            {"role": "user", "content": "Weather in Paris?"},
            first.model_dump(),
            {"role": "tool", "tool_call_id": first.tool_calls[0].id, "content": "sunny"},
        ],
        tools=[WEATHER],
        **GPT,
    )


async def twins():
    await asyncio.gather(*(litellm.acompletion(messages=[{"role": "user", "content": QUESTION}], **GPT) for _ in range(2)))


def abort():
    for number, _ in enumerate(ask(stream=True)):
        if number == 2:
            break


def flush():
    import time

    time.sleep(0.5)


capture(
    library("litellm", "litellm"),
    {
        "plain": (CALM, ask),
        "two-calls": (CALM, two_calls),
        "stream": (CALM, lambda: stream(stream_options={"include_usage": True})),
        "stream-without-usage": (CALM, stream),
        "cached": (CACHED, ask),
        "reasoning": (REASONING, ask),
        "tool-loop": (CALM, tool_loop),
        "rate-limited": (RATE_LIMITED, ask),
        "retry": (RETRIED, lambda: ask(num_retries=2)),
        "twins": (CALM, twins),
        "abort": (SLOW, abort),
        "anthropic-plain": (CALM, lambda: ask(CLAUDE)),
        "anthropic-cache-write": (CACHE_WRITE, lambda: ask(CLAUDE)),
        "anthropic-cached-small": (CACHED_SMALL, lambda: ask(CLAUDE, LONG_QUESTION)),
        "anthropic-stream": (CACHED_SMALL, lambda: stream(CLAUDE)),
        "gemini-reasoning": (REASONING, lambda: ask(GEMINI)),
        "embeddings": (
            CALM,
            lambda: litellm.embedding(
                model="openai/text-embedding-3-small", input=["one", "two"], api_base=URL + "/v1", api_key="test"
            ),
        ),
        "async": (CALM, lambda: asyncio.get_event_loop().run_until_complete(
            litellm.acompletion(messages=[{"role": "user", "content": QUESTION}], **GPT))),
    },
    flush,
)

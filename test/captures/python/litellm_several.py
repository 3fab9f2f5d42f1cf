"""LiteLLM's own callback beside another instrumentation: its streams start a trace of their own, so one call is
reported in two."""
import litellm
from harness import *
from litellm.integrations.opentelemetry import OpenTelemetry, OpenTelemetryConfig
from openinference.instrumentation.litellm import LiteLLMInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor

litellm.telemetry = False
litellm.callbacks = [OpenTelemetry(config=OpenTelemetryConfig(exporter=exporter), tracer_provider=provider)]
GPT = {"model": "openai/gpt-4o-mini", "api_base": URL + "/v1", "api_key": "test", "max_retries": 0}
CLAUDE = {"model": "anthropic/claude-sonnet-4-20250514", "api_base": URL, "api_key": "test", "max_retries": 0}


def ask(target=GPT, **rest):
    return litellm.completion(messages=[{"role": "user", "content": QUESTION}], **target, **rest)


def stream(target=GPT, **rest):
    for _ in ask(target, stream=True, **rest):
        pass


def two_streams():
    stream(stream_options={"include_usage": True})
    stream(stream_options={"include_usage": True})


async def twins():
    async def one():
        answer = await litellm.acompletion(
            messages=[{"role": "user", "content": QUESTION}], stream=True, stream_options={"include_usage": True}, **GPT
        )
        async for _ in answer:
            pass

    await asyncio.gather(one(), one())


def flush():
    import time

    time.sleep(0.5)


MEASURED = {"stream_options": {"include_usage": True}}
CASES = {
    "plain": (CALM, ask),
    "stream": (CALM, lambda: stream(**MEASURED)),
    "stream-without-usage": (CALM, stream),
    "two-streams": (CALM, two_streams),
    "twin-streams": (CALM, twins),
    "cached-stream": (CACHED, lambda: stream(**MEASURED)),
    "anthropic-plain": (CALM, lambda: ask(CLAUDE)),
    "anthropic-stream": (CACHED_SMALL, lambda: stream(CLAUDE)),
}

for name, instrumentor in {"litellm": LiteLLMInstrumentor, "openai": OpenAIInstrumentor}.items():
    instrumentor().instrument(tracer_provider=provider)
    capture(library(f"litellm-beside-openinference-{name}", "litellm"), CASES, flush)
    instrumentor().uninstrument()

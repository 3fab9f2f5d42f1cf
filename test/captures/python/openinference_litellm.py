"""OpenInference on LiteLLM."""
import litellm
from harness import *
from openinference.instrumentation.litellm import LiteLLMInstrumentor

LiteLLMInstrumentor().instrument(tracer_provider=provider)
GPT = {"model": "openai/gpt-4o-mini", "api_base": URL + "/v1", "api_key": "test", "max_retries": 0}
CLAUDE = {"model": "anthropic/claude-sonnet-4-20250514", "api_base": URL, "api_key": "test", "max_retries": 0}


def ask(target=GPT, text=QUESTION, **rest):
    return litellm.completion(messages=[{"role": "user", "content": text}], **target, **rest)


def stream(target=GPT, **rest):
    for _ in ask(target, stream=True, **rest):
        pass


async def twins():
    await asyncio.gather(*(litellm.acompletion(messages=[{"role": "user", "content": QUESTION}], **GPT) for _ in range(2)))


capture(
    library("openinference-litellm", "openinference-instrumentation-litellm"),
    {
        "plain": (CALM, ask),
        "stream": (CALM, lambda: stream(stream_options={"include_usage": True})),
        "stream-without-usage": (CALM, stream),
        "cached": (CACHED, ask),
        "reasoning": (REASONING, ask),
        "rate-limited": (RATE_LIMITED, ask),
        "retry": (RETRIED, lambda: ask(num_retries=2)),
        "twins": (CALM, twins),
        "anthropic-cache-write": (CACHE_WRITE, lambda: ask(CLAUDE)),
        "anthropic-cached-small": (CACHED_SMALL, lambda: ask(CLAUDE, LONG_QUESTION)),
        "embeddings": (
            CALM,
            lambda: litellm.embedding(
                model="openai/text-embedding-3-small", input=["one", "two"], api_base=URL + "/v1", api_key="test"
            ),
        ),
    },
)

"""Cases of the plain Anthropic client, whichever instrumentation watches it (newer SDKs also emit spans of their own)."""

import asyncio

import anthropic
from harness import *

client = anthropic.Anthropic(api_key="test", base_url=URL, max_retries=0)
patient = anthropic.Anthropic(api_key="test", base_url=URL, max_retries=2)
asynchronous = anthropic.AsyncAnthropic(api_key="test", base_url=URL, max_retries=0)
MODEL = "claude-sonnet-4-20250514"


def request(text=QUESTION, **rest):
    return {"model": MODEL, "max_tokens": 100, "messages": [{"role": "user", "content": text}], **rest}


def create(c=client, text=QUESTION, **rest):
    return c.messages.create(**request(text, **rest))


def stream():
    for _ in create(stream=True):
        pass


def stream_helper():
    with client.messages.stream(**request()) as events:
        for _ in events.text_stream:
            pass


def abort():
    with create(stream=True) as events:
        for number, _ in enumerate(events):
            if number == 3:
                break


def tool_loop():
    first = create(text="Weather in Paris?", tools=[WEATHER_ANTHROPIC])
    use = first.content[0]
    client.messages.create(
        **request(tools=[WEATHER_ANTHROPIC])
        | {
            "messages": [
                {"role": "user", "content": "Weather in Paris?"},
                {"role": "assistant", "content": [{"type": "tool_use", "id": use.id, "name": use.name, "input": use.input}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": use.id, "content": "sunny"}]},
            ]
        }
    )


async def twins():
    await asyncio.gather(*(asynchronous.messages.create(**request()) for _ in range(2)))


CASES = {
    "plain": (CALM, create),
    "stream": (CALM, stream),
    "stream-helper": (CALM, stream_helper),
    "cached": (CACHED, create),
    "cache-write": (CACHE_WRITE, create),
    "cached-small": (CACHED_SMALL, lambda: create(text=LONG_QUESTION)),
    "cached-stream": (CACHE_WRITE, stream),
    "tool-loop": (CALM, tool_loop),
    "rate-limited": (RATE_LIMITED, create),
    "server-error": (SERVER_ERROR, create),
    "retry": (RETRIED, lambda: create(patient)),
    "twins": (CALM, twins),
    "abort": (SLOW, abort),
}

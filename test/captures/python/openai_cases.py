"""Cases of the plain OpenAI client, whichever instrumentation watches it."""

import asyncio
import threading

import openai
from harness import *

client = openai.OpenAI(api_key="test", base_url=URL + "/v1", max_retries=0)
patient = openai.OpenAI(api_key="test", base_url=URL + "/v1", max_retries=2)
asynchronous = openai.AsyncOpenAI(api_key="test", base_url=URL + "/v1", max_retries=0)
MODEL = "gpt-4o-mini-2024-07-18"


def messages(text=QUESTION):
    return [{"role": "user", "content": text}]


def chat(c=client, text=QUESTION, **rest):
    return c.chat.completions.create(model=MODEL, messages=messages(text), **rest)


def stream(**rest):
    for _ in chat(stream=True, **rest):
        pass


def abort():
    with chat(stream=True, stream_options={"include_usage": True}) as chunks:
        for number, _ in enumerate(chunks):
            if number == 2:
                break


def tool_loop():
    first = chat(tools=[WEATHER], text="Weather in Paris?").choices[0].message
    call = first.tool_calls[0]
    client.chat.completions.create(
        model=MODEL,
        messages=[
            *messages("Weather in Paris?"),
            {"role": "assistant", "tool_calls": [call.model_dump()]},
            {"role": "tool", "tool_call_id": call.id, "content": "sunny"},
        ],
        tools=[WEATHER],
    )


async def twins():
    await asyncio.gather(*(asynchronous.chat.completions.create(model=MODEL, messages=messages()) for _ in range(2)))


def responses(**rest):
    return client.responses.create(model=MODEL, input=QUESTION, **rest)


def responses_stream():
    for _ in responses(stream=True):
        pass


CASES = {
    "plain": (CALM, chat),
    "stream": (CALM, lambda: stream(stream_options={"include_usage": True})),
    "stream-without-usage": (CALM, stream),
    "cached": (CACHED, chat),
    "reasoning": (REASONING, chat),
    "tool-loop": (CALM, tool_loop),
    "rate-limited": (RATE_LIMITED, chat),
    "server-error": (SERVER_ERROR, chat),
    "retry": (RETRIED, lambda: chat(patient)),
    "twins": (CALM, twins),
    "abort": (SLOW, abort),
    "embeddings": (CALM, lambda: client.embeddings.create(model="text-embedding-3-small", input=["one", "two"])),
    "responses": ({"cacheRead": 1024, "reasoning": 64}, responses),
    "responses-stream": (CALM, responses_stream),
}

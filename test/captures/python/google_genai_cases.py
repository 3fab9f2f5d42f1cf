"""Cases of the plain google-genai client, whichever instrumentation watches it."""
from google import genai
from google.genai import types
from harness import *

client = genai.Client(api_key="test", http_options=types.HttpOptions(base_url=URL))
MODEL = "gemini-2.5-flash"


def weather(city: str) -> str:
    """Weather of a city."""
    return "sunny"


def ask(**config):
    return client.models.generate_content(
        model=MODEL, contents=QUESTION, config=types.GenerateContentConfig(**config) if config else None
    )


def stream():
    for _ in client.models.generate_content_stream(model=MODEL, contents=QUESTION):
        pass


def abort():
    for number, _ in enumerate(client.models.generate_content_stream(model=MODEL, contents=QUESTION)):
        if number == 1:
            break


async def twins():
    await asyncio.gather(*(client.aio.models.generate_content(model=MODEL, contents=QUESTION) for _ in range(2)))


CASES = {
    "plain": (CALM, ask),
    "stream": (CALM, stream),
    "cached": (CACHED, ask),
    "reasoning": (REASONING, ask),
    "tool-loop": (CALM, lambda: ask(tools=[weather])),
    "rate-limited": (RATE_LIMITED, ask),
    "server-error": (SERVER_ERROR, ask),
    "twins": (CALM, twins),
    "abort": (SLOW, abort),
}

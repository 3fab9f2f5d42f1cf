"""Instructor with OpenInference, alone and with OpenInference on OpenAI beneath it."""
import instructor
import openai
from harness import *
from openinference.instrumentation.instructor import InstructorInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor
from pydantic import BaseModel

InstructorInstrumentor().instrument()


class City(BaseModel):
    city: str


class Number(BaseModel):
    city: int


def client():
    return instructor.from_openai(openai.OpenAI(api_key="test", base_url=URL + "/v1", max_retries=0))


def ask(answer=City, **rest):
    return client().chat.completions.create(
        model="gpt-4o-mini", response_model=answer, messages=[{"role": "user", "content": QUESTION}], **rest
    )


def reask():
    """The answer is no number: each attempt is a call of its own, and the whole fails."""
    try:
        ask(Number, max_retries=2)
    except Exception as error:
        print(type(error).__name__)


async def twins():
    patched = instructor.from_openai(openai.AsyncOpenAI(api_key="test", base_url=URL + "/v1", max_retries=0))
    request = {"model": "gpt-4o-mini", "response_model": City, "messages": [{"role": "user", "content": QUESTION}]}
    await asyncio.gather(*(patched.chat.completions.create(**request) for _ in range(2)))


slug = library("openinference-instructor", "openinference-instrumentation-instructor")
CASES = {"plain": (CALM, ask), "cached": (CACHED, ask), "reask": (CALM, reask), "twins": (CALM, twins), "rate-limited": (RATE_LIMITED, ask)}
capture(slug, CASES)
OpenAIInstrumentor().instrument()
capture(slug, {f"nested-{name}": case for name, case in CASES.items()})

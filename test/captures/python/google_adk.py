"""Google's Agent Development Kit: its own telemetry, then OpenInference and the official one of google-genai beside it."""
import os
from importlib.util import find_spec

from google.adk.agents import LlmAgent
from google.adk.agents.run_config import RunConfig, StreamingMode
from google.adk.runners import InMemoryRunner
from google.adk.tools.agent_tool import AgentTool
from google.genai import types
from harness import *

os.environ["GOOGLE_API_KEY"] = "test"
os.environ["GOOGLE_GEMINI_BASE_URL"] = URL
MODEL = "gemini-2.5-flash"


def weather(city: str) -> dict:
    """Weather of a city."""
    return {"weather": "sunny"}


def helper(name="helper", model=MODEL, **rest):
    return LlmAgent(name=name, description="answers questions", model=model, **rest)


async def run(agent, text=QUESTION, config=None):
    runner = InMemoryRunner(agent=agent, app_name="capture")
    session = await runner.session_service.create_session(app_name="capture", user_id="user")
    message = types.Content(role="user", parts=[types.Part(text=text)])
    async for _ in runner.run_async(
        user_id="user", session_id=session.id, new_message=message, run_config=config or RunConfig()
    ):
        pass


async def ask():
    await run(helper())


async def stream():
    await run(helper(), config=RunConfig(streaming_mode=StreamingMode.SSE))


async def agent():
    await run(helper(tools=[weather]), "Weather in Paris?")


async def delegation():
    await run(helper("boss", tools=[AgentTool(agent=helper())]), "Ask your colleague")


async def twins():
    await asyncio.gather(run(helper()), run(helper()))


def installed(name):
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


CASES = {
    "plain": (CALM, ask),
    "stream": (CALM, stream),
    "cached": (CACHED, ask),
    "reasoning": (REASONING, ask),
    "reasoning-stream": (REASONING, stream),
    "agent": (CALM, agent),
    "delegation": (CALM, delegation),
    "twins": (CALM, twins),
    "rate-limited": (RATE_LIMITED, ask),
}
if installed("litellm"):
    from google.adk.models.lite_llm import LiteLlm

    claude = LiteLlm(model="anthropic/claude-sonnet-4-20250514", api_base=URL, api_key="test")
    gpt = LiteLlm(model="openai/gpt-4o-mini", api_base=URL + "/v1", api_key="test")
    CASES["litellm-openai"] = (CACHED, lambda: loop.run_until_complete(run(helper(model=gpt))))
    CASES["litellm-anthropic"] = (CACHED_SMALL, lambda: loop.run_until_complete(run(helper(model=claude), LONG_QUESTION)))
slug = library("google-adk", "google-adk")
capture(slug, CASES)
if installed("openinference.instrumentation.google_adk"):
    from openinference.instrumentation.google_adk import GoogleADKInstrumentor

    GoogleADKInstrumentor().instrument()
    capture(library("openinference-google-adk", "openinference-instrumentation-google-adk"), CASES)
if installed("opentelemetry.instrumentation.google_genai"):
    from opentelemetry.instrumentation.google_genai import GoogleGenAiSdkInstrumentor

    GoogleGenAiSdkInstrumentor().instrument()
    capture(slug, {f"nested-{name}": case for name, case in CASES.items()})

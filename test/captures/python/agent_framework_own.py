"""Microsoft Agent Framework's own telemetry."""
from agent_framework.observability import enable_instrumentation
from agent_framework_openai import OpenAIChatClient
from harness import *

try:
    from agent_framework_openai import OpenAIChatCompletionClient
except ImportError:
    OpenAIChatCompletionClient = None

enable_instrumentation()


def weather(city: str) -> str:
    """Weather of a city."""
    return "sunny"


def client(kind=OpenAIChatClient):
    return kind(model="gpt-4o-mini", api_key="test", base_url=URL + "/v1")


async def ask(kind=OpenAIChatClient, text=QUESTION, tools=None):
    await client(kind).as_agent(name="helper", instructions="Answer.", tools=tools).run(text)


async def agent():
    await ask(text="Weather in Paris?", tools=[weather])


async def agent_chat():
    await ask(OpenAIChatCompletionClient, "Weather in Paris?", [weather])


async def chat():
    await ask(OpenAIChatCompletionClient)


async def twins():
    await asyncio.gather(ask(), ask())


async def stream():
    async for _ in client().as_agent(name="helper", instructions="Answer.").run(QUESTION, stream=True):
        pass


capture(
    library("agent-framework", "agent-framework-core"),
    {
        "plain": (CALM, ask),
        "chat": (CALM, chat),
        "stream": (CALM, stream),
        "rich": ({"cacheRead": 1024, "reasoning": 64}, ask),
        "agent": (CALM, agent),
        "agent-chat": (CALM, agent_chat),
        "twins": (CALM, twins),
        "server-error": (SERVER_ERROR, ask),
    },
)

"""Cases of CrewAI, whichever instrumentation watches it."""
from crewai import LLM, Agent, Crew, Task
from crewai.tools import tool
from harness import *


def gpt(**rest):
    return LLM(model="openai/gpt-4o-mini", base_url=URL + "/v1", api_key="test", max_retries=0, **rest)


@tool("weather")
def weather(city: str) -> str:
    """Weather of a city."""
    return "sunny"


def ask(text=QUESTION, tools=(), **rest):
    helper = Agent(role="helper", goal="help", backstory="none", llm=gpt(**rest), tools=list(tools), max_iter=3)
    task = Task(description=text, expected_output="a word", agent=helper)
    return Crew(agents=[helper], tasks=[task], tracing=False).kickoff()


def two_tasks():
    helpers = [Agent(role=f"helper {n}", goal="help", backstory="none", llm=gpt()) for n in range(2)]
    tasks = [Task(description=QUESTION, expected_output="a word", agent=helper) for helper in helpers]
    Crew(agents=helpers, tasks=tasks, tracing=False).kickoff()


CASES = {
    "plain": (CALM, ask),
    "cached": (CACHED, ask),
    "stream": (CALM, lambda: ask(stream=True)),
    "direct": (CALM, lambda: gpt().call(QUESTION)),
    "agent": (CALM, lambda: ask("Weather in Paris?", [weather])),
    "two-tasks": (CALM, two_tasks),
    "rate-limited": (RATE_LIMITED, ask),
}

"""DSPy with OpenInference, alone and with OpenInference on LiteLLM beneath it."""
import dspy
from harness import *
from openinference.instrumentation.dspy import DSPyInstrumentor
from openinference.instrumentation.litellm import LiteLLMInstrumentor

DSPyInstrumentor().instrument()
SETTINGS = {"cache": False, "num_retries": 0, "api_key": "test"}
gpt = dspy.LM("openai/gpt-4o-mini", api_base=URL + "/v1", **SETTINGS)
claude = dspy.LM("anthropic/claude-sonnet-4-20250514", api_base=URL, **SETTINGS)
dspy.configure(lm=gpt)
# The answer has to carry the marks DSPy looks for.
SHAPED = {"text": "[[ ## answer ## ]]\nforty two\n\n[[ ## completed ## ]]"}
THOUGHT = {"text": "[[ ## reasoning ## ]]\nso\n\n[[ ## answer ## ]]\nforty two\n\n[[ ## completed ## ]]"}


def predict():
    dspy.Predict("question -> answer")(question=QUESTION)


async def twins():
    await asyncio.gather(gpt.acall(QUESTION), gpt.acall(QUESTION))


slug = library("openinference-dspy", "openinference-instrumentation-dspy")
CASES = {
    "direct": (CALM, lambda: gpt(QUESTION)),
    "plain": (SHAPED, predict),
    "chain-of-thought": (THOUGHT, lambda: dspy.ChainOfThought("question -> answer")(question=QUESTION)),
    "cached": (CACHED, lambda: gpt(QUESTION)),
    "reasoning": (REASONING, lambda: gpt(QUESTION)),
    "twins": (CALM, twins),
    "rate-limited": (RATE_LIMITED, lambda: gpt(QUESTION)),
    "anthropic-plain": (CALM, lambda: claude(QUESTION)),
    "anthropic-cache-write": (CACHE_WRITE, lambda: claude(QUESTION)),
}
capture(slug, CASES)
LiteLLMInstrumentor().instrument()
capture(slug, {f"nested-{name}": case for name, case in CASES.items()})

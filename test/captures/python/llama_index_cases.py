"""Cases of LlamaIndex, whichever instrumentation watches it."""
from harness import *
from llama_index.core import Document, VectorStoreIndex
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import ChatMessage
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI

llm = OpenAI(model="gpt-4o-mini", api_base=URL + "/v1", api_key="test", max_retries=0)
embed = OpenAIEmbedding(model="text-embedding-3-small", api_base=URL + "/v1", api_key="test")


def weather(city: str) -> str:
    """Weather of a city."""
    return "sunny"


def stream():
    for _ in llm.stream_chat([ChatMessage(role="user", content=QUESTION)]):
        pass


async def agent():
    await FunctionAgent(tools=[weather], llm=llm, streaming=False).run("Weather in Paris?")


def query():
    VectorStoreIndex.from_documents([Document(text="The answer is forty two.")], embed_model=embed).as_query_engine(llm=llm).query(QUESTION)


CASES = {
    "plain": (CALM, lambda: llm.chat([ChatMessage(role="user", content=QUESTION)])),
    "complete": (CALM, lambda: llm.complete(QUESTION)),
    "stream": (CALM, stream),
    "cached": (CACHED, lambda: llm.complete(QUESTION)),
    "reasoning": (REASONING, lambda: llm.complete(QUESTION)),
    "agent": (CALM, agent),
    "embeddings": (CALM, lambda: embed.get_text_embedding_batch(["one", "two"])),
    "query": (CALM, query),
    "rate-limited": (RATE_LIMITED, lambda: llm.complete(QUESTION)),
}

"""A model call traced by hand with plain OpenTelemetry: the attributes of TELEMETRY.md are all it takes."""

import os
import sys

from openai import OpenAI
from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode
from tenant import start_telemetry, tenant

MODEL = "gemini-2.5-flash"


def ask(client: OpenAI, question: str) -> str:
    tracer = trace.get_tracer("example")
    with tracer.start_as_current_span(
        f"chat {MODEL}",
        kind=SpanKind.CLIENT,
        attributes={
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "gcp.gemini",
            "gen_ai.request.model": MODEL,
        },
        record_exception=True,
    ) as span:
        try:
            answer = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": question}])
        except Exception as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(Status(StatusCode.ERROR, str(error)))
            raise
        usage = answer.usage
        span.set_attributes(
            {
                "gen_ai.response.id": answer.id,
                "gen_ai.response.model": answer.model,
                "gen_ai.response.finish_reasons": [choice.finish_reason for choice in answer.choices],
                "gen_ai.usage.input_tokens": usage.prompt_tokens,
                "gen_ai.usage.output_tokens": usage.completion_tokens,
            }
        )
        return answer.choices[0].message.content


if __name__ == "__main__":
    provider = start_telemetry()
    client = OpenAI(base_url=os.environ["OPENAI_BASE_URL"], api_key=os.environ.get("OPENAI_API_KEY", "none"))
    with tenant(org_id=sys.argv[1], deal_id=sys.argv[2], feature="chat"):
        print(ask(client, "What is the net debt?"))
    provider.shutdown()

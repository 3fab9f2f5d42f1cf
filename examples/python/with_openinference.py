"""A model call without a line of tracing: OpenInference instruments the client, the tenant comes from baggage."""

import os
import sys

from openai import OpenAI
from openinference.instrumentation import TraceConfig
from openinference.instrumentation.openai import OpenAIInstrumentor
from tenant import start_telemetry, tenant

if __name__ == "__main__":
    provider = start_telemetry()
    # Prompts and answers stay in the process.
    config = TraceConfig(hide_inputs=True, hide_outputs=True)
    OpenAIInstrumentor().instrument(tracer_provider=provider, config=config)
    client = OpenAI(base_url=os.environ["OPENAI_BASE_URL"], api_key=os.environ.get("OPENAI_API_KEY", "none"))
    with tenant(org_id=sys.argv[1], deal_id=sys.argv[2], feature="chat"):
        answer = client.chat.completions.create(
            model="gemini-2.5-flash", messages=[{"role": "user", "content": "What is the net debt?"}]
        )
        print(answer.choices[0].message.content)
    provider.shutdown()

"""Runs capture cases. In: PROVIDER_URL, CAPTURE_OUT, and cases (a scenario for the provider, a function).
Out: CAPTURE_OUT/<library>-<version>/<case>.json with every span of the case and the provider's truth beside them."""

import asyncio
import inspect
import json
import os
import sys
import traceback
import urllib.request
from importlib.metadata import version

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult

URL = os.environ["PROVIDER_URL"]
OUT = os.environ["CAPTURE_OUT"]

QUESTION = "What is the answer?"
CALM = {}
CACHED = {"cacheRead": 1024}
CACHED_SMALL = {"cacheRead": 7, "cacheWrite": 3}
CACHE_WRITE = {"cacheRead": 1024, "cacheWrite": 512}
REASONING = {"reasoning": 64}
RATE_LIMITED = {"flaw": "rate_limited", "flawedRequests": 99}
SERVER_ERROR = {"flaw": "server_error", "flawedRequests": 99}
RETRIED = {"flaw": "server_error", "flawedRequests": 1}
SLOW = {"chunkDelay": 40}
# A prompt longer than its cached part: sizes alone do not tell whether input includes the cache.
LONG_QUESTION = "What is the answer? " * 12


class JsonExporter(SpanExporter):
    def __init__(self):
        self.spans = []

    def export(self, spans):
        for span in spans:
            parent = span.parent
            self.spans.append(
                {
                    "traceId": f"{span.context.trace_id:032x}",
                    "spanId": f"{span.context.span_id:016x}",
                    "parentSpanId": f"{parent.span_id:016x}" if parent else "",
                    "name": span.name,
                    "kind": span.kind.value + 1,
                    "start": str(span.start_time),
                    "end": str(span.end_time),
                    "statusCode": span.status.status_code.value,
                    "statusMessage": span.status.description or "",
                    "scopeName": span.instrumentation_scope.name if span.instrumentation_scope else "",
                    "scopeVersion": (span.instrumentation_scope.version or "") if span.instrumentation_scope else "",
                    "attributes": dict(span.attributes or {}),
                    "resource": dict(span.resource.attributes),
                    "events": [
                        {"name": e.name, "time": str(e.timestamp), "attributes": dict(e.attributes or {})}
                        for e in span.events
                    ],
                }
            )
        return SpanExportResult.SUCCESS


exporter = JsonExporter()
# The numbering of StatusCode in Python differs from OTLP's only by name: UNSET 0, OK 1, ERROR 2.
provider = TracerProvider(resource=Resource.create({"service.name": "capture"}))
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("capture")
# One loop for all cases: clients keep locks that are bound to theirs.
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)


def control(scenario=None):
    data = None if scenario is None else json.dumps(scenario).encode()
    request = urllib.request.Request(URL + "/control", data=data, method="GET" if data is None else "PUT")
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def library(name, package):
    return f"{name}-{version(package)}"


def capture(slug, cases, flush=lambda: None):
    """Runs each case beneath an application span; an exception of the case is part of the capture."""
    wanted = sys.argv[1:]
    os.makedirs(f"{OUT}/{slug}", exist_ok=True)
    for name, (scenario, work) in cases.items():
        if wanted and name not in wanted:
            continue
        control(scenario)
        exporter.spans.clear()
        try:
            with tracer.start_as_current_span("POST /ask", kind=trace.SpanKind.SERVER, record_exception=False):
                if inspect.iscoroutinefunction(work):
                    loop.run_until_complete(work())
                else:
                    work()
        except Exception as error:  # the library's way of reporting a refused call
            if not scenario.get("flaw"):
                traceback.print_exc()
                print(f"{slug}/{name}: {type(error).__name__}: {error}"[:300], file=sys.stderr)
        loop.run_until_complete(asyncio.sleep(0.15))
        flush()
        provider.force_flush()
        truth = control()
        with open(f"{OUT}/{slug}/{name}.json", "w") as file:
            json.dump({"spans": exporter.spans, "truth": truth}, file, default=str)
        print(f"{slug}/{name}: {len(exporter.spans)} spans, {len(truth)} requests")


WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "Weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
WEATHER_ANTHROPIC = {
    "name": "weather",
    "description": "Weather of a city",
    "input_schema": WEATHER["function"]["parameters"],
}

"""Tenant context for a Python service. In: organisation, deal, … Out: the same attributes on every span below.

The tenant travels as W3C baggage under the attribute names (TELEMETRY.md), and OpenTelemetry's baggage span processor
copies it onto each span as it starts.
"""

from contextlib import contextmanager

from opentelemetry import baggage, context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.processor.baggage import BaggageSpanProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

TENANT_KEYS = {"org_id", "deal_id", "feature", "department", "user.id", "session.id", "gen_ai.agent.id"}


def start_telemetry() -> TracerProvider:
    """Starts tracing; endpoint, headers and service name come from the OTEL_* variables."""
    provider = TracerProvider()
    provider.add_span_processor(BaggageSpanProcessor(lambda key: key in TENANT_KEYS))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider


@contextmanager
def tenant(**attributes: str):
    """`with tenant(org_id="acme", deal_id="falcon"):` — everything inside belongs to that tenant.

    Baggage is sent to whomever the service calls: give HTTP instrumentations a propagator without baggage
    (OTEL_PROPAGATORS=tracecontext) unless every host they reach is yours. Model vendors must not receive it.
    """
    ctx = context.get_current()
    for key, value in attributes.items():
        ctx = baggage.set_baggage(key.replace("__", "."), value, ctx)
    token = context.attach(ctx)
    try:
        yield
    finally:
        context.detach(token)

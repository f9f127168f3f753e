"""How is one submission followed from the payment to the press, through every process on its way?

With OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT says where to send what is seen and the extra
`otel` is installed. Days and processes lie between a payment and a press, so no context is handed
along: a job's id is 128 random bits, as a trace's is, and all that is done for a job is one trace
under the job's own id.

*Source:* W3C Trace Context; OpenTelemetry, "OTLP exporter configuration".
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import UUID

log = logging.getLogger(__name__)

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


@cache
def _tracer() -> Any:
    """This process's tracer; None where nobody wants to hear of it."""
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError:
        log.warning("no traces are sent: install the extra `otel`")
        return None
    provider = TracerProvider(resource=Resource.create({"service.name": "directorybolt"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider.get_tracer("dbolt")


def wanted() -> dict[str, str]:
    """What other processes must have in their environment to send traces too; no secret."""
    return {name: os.environ[name] for name in ENDPOINTS if os.environ.get(name)}


@contextlib.contextmanager
def span(
    name: str, job_id: UUID, *, since_ns: int | None = None, **attributes: str | int
) -> Iterator[None]:
    """What is done within is a span of the job's trace, below the span that is open, if one is.

    since_ns: when it began, in nanoseconds since 1970, if that was before the job was known.
    """
    tracer = _tracer()
    if tracer is None:
        yield
        return
    from opentelemetry import trace  # noqa: PLC0415 - it costs time, and most do without

    context = None
    if trace.get_current_span().get_span_context().trace_id != job_id.int:
        root = trace.SpanContext(
            trace_id=job_id.int,
            span_id=int.from_bytes(hashlib.sha256(job_id.bytes).digest()[:8]),
            is_remote=True,
            trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED),
        )
        context = trace.set_span_in_context(trace.NonRecordingSpan(root))
    told = {f"dbolt.{key}": value for key, value in attributes.items()}
    opened = tracer.start_as_current_span(
        name, context=context, attributes=told, start_time=since_ns
    )
    with opened:
        yield


def flush() -> None:
    """Sends at once what was seen."""
    if (tracer := _tracer()) is not None:
        tracer.span_processor.force_flush(5_000)


def close() -> None:
    """Sends what was seen, and ends what sends it; the next span begins anew."""
    if (tracer := _tracer()) is not None:
        tracer.span_processor.shutdown()
    _tracer.cache_clear()

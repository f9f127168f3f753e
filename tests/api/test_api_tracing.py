"""Is all that is done for a job one trace, from the payment to the press, in logs and in traces?"""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import logging
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import structlog

from actors.worker import Worker
from dbolt import logs, tracing
from dbolt.domain.protocol import Permit
from dbolt.domain.submission import Assignment, Looked, Result
from tests.support.queue import accepted
from tests.support.selling import Shop
from tests.support.serving import STAFF, Line

log = logging.getLogger("dbolt.test")


class Engine:
    """A browser without pages."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class Craft:
    """Presses, and says so in the log."""

    async def attempt(self, assignment: Assignment, permit: Permit) -> Result:
        """With a permit."""
        assert await permit(seen_absent=True)
        log.warning("pressed for %s", "ada@example.com")
        return accepted()

    async def look(self, assignment: Assignment) -> Result:
        """Finds nothing."""
        return Looked(found=None)


async def carried_out(
    shop: Shop, api: httpx.AsyncClient, queue: Line, profile: dict[str, Any]
) -> UUID:
    """A job's id, after a worker has pressed for all of it."""
    job_id, ada = await shop.paid_job("ada@example.com")
    await api.put(f"/api/v1/jobs/{job_id}/profile", json=profile, headers=ada)
    worker = Worker("van", queue.orchestrator.exchange, Engine(), Craft(), slots=3)
    working = asyncio.create_task(worker.run())
    async with asyncio.timeout(30):
        while (await api.get(f"/api/v1/jobs/{job_id}", headers=STAFF)).json()["settled"] < 3:
            await asyncio.sleep(0.02)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    return job_id


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What is logged, as JSON."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    held = io.StringIO()
    logs.configure(as_json=True, stream=held, level="warning")
    yield held
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()


async def test_each_line_of_an_attempt_says_whose_it_is(
    shop: Shop,
    api: httpx.AsyncClient,
    queue: Line,
    profile: dict[str, Any],
    stream: io.StringIO,
) -> None:
    job_id = await carried_out(shop, api, queue, profile)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    said = [line for line in lines if line["logger"] == "dbolt.test"]
    assert len(said) == 3
    assert {line["job"] for line in said} == {str(job_id)}
    assert {line["directory"] for line in said} == {"d000", "d001", "d002"}
    assert len({line["submission"] for line in said}) == 3
    assert {(line["attempt"], line["worker"]) for line in said} == {(1, "van")}
    assert "ada@example.com" not in stream.getvalue()


async def test_a_request_has_an_id_in_its_answer_and_in_its_lines(
    api: httpx.AsyncClient, queue: Line, stream: io.StringIO
) -> None:
    async def broken() -> dict[str, Any]:
        raise RuntimeError("a defect")

    queue.status = broken  # type: ignore[method-assign]  # a defect, planted
    answer = await api.get("/autobolt/status", headers=STAFF)
    assert answer.status_code == 500
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    [line] = [one for one in lines if one["event"].startswith("request failed")]
    assert line["request"] == answer.headers["x-request-id"]


class Collector:
    """Takes traces as a collector does."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        taken = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                coded = self.headers.get("content-encoding") == "gzip"
                taken.append(gzip.decompress(body) if coded else body)
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector that this process sends its traces to."""
    if find_spec("opentelemetry.exporter.otlp") is None:
        pytest.skip("the extra `otel` is not installed")
    taking = Collector()
    thread = threading.Thread(target=taking.server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", taking.url)
    tracing._tracer.cache_clear()
    yield taking
    tracing.close()
    taking.server.shutdown()
    thread.join(10)
    taking.server.server_close()


async def test_a_job_is_one_trace_from_its_payment_to_each_press(
    collector: Collector,
    shop: Shop,
    api: httpx.AsyncClient,
    queue: Line,
    profile: dict[str, Any],
) -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    job_id = await carried_out(shop, api, queue, profile)

    def spans_so_far() -> list[Any]:
        return [
            span
            for body in list(collector.bodies)
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    async with asyncio.timeout(30):
        # A flush gives up after a while, and a busy machine may need a second one.
        while len(spans := spans_so_far()) < 7:
            await asyncio.to_thread(tracing.flush)
    assert {span.trace_id for span in spans} == {job_id.bytes}
    names = Counter(span.name for span in spans)
    assert names == {"payment": 1, "submit": 3, "ask to press": 3}
    attempts = {span.span_id for span in spans if span.name == "submit"}
    assert {span.parent_span_id for span in spans if span.name == "ask to press"} == attempts
    whole = b"".join(collector.bodies)
    for personal in (b"ada@example.com", b"Harbor Lane", b"212"):
        assert personal not in whole


def test_nothing_is_loaded_where_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tracing.ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    tracing._tracer.cache_clear()
    with tracing.span("payment", uuid4()):
        assert tracing._tracer() is None
    assert tracing.wanted() == {}

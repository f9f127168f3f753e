"""How does a customer take the result along? As a page, on paper, as PDF, CSV or XLSX."""

from __future__ import annotations

from importlib import resources
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dbolt.domain.updates import UpdateState
from dbolt.store.queries import Connection
from serve_app import limits, records, updates
from serve_app.identity import AnyViewer, Viewer, reading
from serve_app.limits import Limit
from serve_app.parts import parts_of
from serve_app.problems import Problem
from serve_app.queue import QueueAway, QueueFailed
from serve_app.reports import Report, advice, cause, proof
from serve_app.web.job_view import JobView, frame_of
from serve_app.web.pages import page, text_of

router = APIRouter(include_in_schema=False)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PRINTS = Limit("print", 10, 30, "Several PDFs of this job were made a moment ago; wait a little.")
_WORDS: dict[str, Any] = {"proof": proof, "cause": cause, "advice": advice}
NO_BROWSER = (
    "No browser is free to make the PDF at the moment. Print the report page from your own browser,"
    " which gives the same, or try again in a few minutes."
)


async def _report(request: Request, viewer: Viewer, job_id: UUID) -> tuple[Report, JobView]:
    async with reading(parts_of(request), viewer) as connection:
        job = await records.job(connection, job_id)
        if job is None:
            raise Problem(404, "There is no job at this address.")
        rows = await records.submissions(connection, job_id)
        return Report(job, rows), await frame_of(connection, job, "report")


@router.get("/jobs/{job_id}/report")
async def show(request: Request, viewer: AnyViewer, job_id: UUID) -> Response:
    """The report as a page, which prints well."""
    report, view = await _report(request, viewer, job_id)
    async with reading(parts_of(request), viewer) as connection:
        old = await _old(connection, job_id)
    return page(request, "job/report.html", view=view, report=report, outdated=old, **_WORDS)


@router.get("/jobs/{job_id}/report.csv")
async def as_csv(request: Request, viewer: AnyViewer, job_id: UUID) -> Response:
    """The report for a spreadsheet or a script."""
    report, _ = await _report(request, viewer, job_id)
    return _file(report.csv(), "text/csv; charset=utf-8", f"{report.file_name}.csv")


@router.get("/jobs/{job_id}/report.xlsx")
async def as_xlsx(request: Request, viewer: AnyViewer, job_id: UUID) -> Response:
    """The report for Excel and its like."""
    report, _ = await _report(request, viewer, job_id)
    return _file(report.xlsx(), XLSX, f"{report.file_name}.xlsx")


@router.get("/jobs/{job_id}/report.pdf")
async def as_pdf(request: Request, viewer: AnyViewer, job_id: UUID) -> Response:
    """The page as a worker's Chromium prints it."""
    parts = parts_of(request)
    report, view = await _report(request, viewer, job_id)
    await limits.take(parts, PRINTS, str(job_id))
    async with reading(parts, viewer) as connection:
        old = await _old(connection, job_id)
    style = (resources.files("serve_app") / "static" / "style.css").read_text()
    html = text_of(
        "job/report_print.html", view=view, report=report, outdated=old, style=style, **_WORDS
    )
    try:
        content = await parts.browsers.print_page(html)
    except (QueueAway, QueueFailed):
        content = None
    if not content:
        raise Problem(503, NO_BROWSER, headers={"Retry-After": "120"})
    return _file(content, "application/pdf", f"{report.file_name}.pdf")


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


async def _old(connection: Connection, job_id: UUID) -> dict[str, list[str]]:
    """Directories whose listings hold old facts, with which ones."""
    return {
        one.directory: one.labels
        for one in await updates.of_job(connection, job_id)
        if one.state is not UpdateState.DONE
    }

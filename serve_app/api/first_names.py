"""Which functions of the product's first version are still there under their own names?

They are the ones of /api/v1; /autobolt/status, /metrics and /healthz have no other name.
"""

from __future__ import annotations

from fastapi import APIRouter

from serve_app.api import jobs, workers
from serve_app.api.route import ApiRoute

router = APIRouter(tags=["first names"])

router.add_api_route(
    "/jobs/next",
    workers.next_jobs,
    methods=["POST"],
    response_model=workers.Next,
    route_class_override=workers.WorkerFirst,
)
router.add_api_route(
    "/jobs/update",
    workers.update_jobs,
    methods=["POST"],
    route_class_override=workers.WorkerFirst,
)
router.add_api_route(
    "/jobs/complete",
    workers.complete_jobs,
    methods=["POST"],
    route_class_override=workers.WorkerFirst,
    max_body_size=workers.MAX_RESULTS_BYTES,
)
router.add_api_route("/jobs/retry", jobs.retry, methods=["POST"], route_class_override=ApiRoute)

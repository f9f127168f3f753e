"""Which app serves the site? Pages, JSON API and probes in one, at the root."""

from __future__ import annotations

from fastapi import Depends, FastAPI

from serve_app import problems
from serve_app.api import (
    api_keys,
    browsers,
    directories,
    document,
    evidence,
    first_names,
    health,
    jobs,
    metrics,
    orders,
    workers,
)
from serve_app.api import updates as api_updates
from serve_app.asks import Asks
from serve_app.edge import GuardedApp, content_policy
from serve_app.parts import OpenParts, lifespan
from serve_app.prefill.readings import Readings
from serve_app.qualification import Catalogue
from serve_app.staff.batches import Runner
from serve_app.timeleft import TimeLeft
from serve_app.web import (
    account,
    account_data,
    bulk,
    commands,
    details,
    directory,
    history,
    inbox,
    job,
    landing,
    mailed,
    money,
    overview,
    own_account,
    pay,
    person,
    pins,
    profile,
    profile_logo,
    profile_photos,
    profile_prefill,
    qualify,
    report,
    settings_page,
    shelves,
    sign_in,
    staff,
    staff_door,
    submission,
    submissions,
    team,
    updates,
    vault,
)
from serve_app.web.doors import know_visitor
from serve_app.web.live import Kept, Shared
from serve_app.web.pages import assets, error_page

API = (
    orders,
    workers,
    jobs,
    directories,
    api_updates,
    browsers,
    evidence,
    api_keys,
    first_names,
    health,
    metrics,
)
CUSTOMERS = (
    sign_in,
    mailed,
    account,
    account_data,
    vault,
    landing,
    qualify,
    pay,
    profile_logo,
    profile_photos,
    profile_prefill,
    profile,
    job,
    inbox,
    report,
    history,
    details,
)
STAFF = (
    staff_door,
    own_account,
    staff,
    commands,
    money,
    pins,
    overview,
    submission,
    submissions,
    person,
    updates,
    shelves,
    directory,
    bulk,
    team,
    settings_page,
)
MAX_BODY_BYTES = 64_000


def build_site(open_parts: OpenParts, *, pay_origin: str = "", https: bool = False) -> FastAPI:
    """The site as an ASGI app. *pay_origin*: where pay pages live, if not here."""
    app = GuardedApp(
        title="DirectoryBolt",
        version="1",
        summary="Puts a small business into online directories, and proves what happened to each.",
        openapi_url="/api/v1/openapi.json",
        policy=content_policy(pay_origin),
        https=https,
        page=error_page,
        lifespan=lifespan(open_parts),
        max_body_size=MAX_BODY_BYTES,
        responses={"default": {"model": problems.ProblemBody, "description": "A problem"}},
    )
    problems.register(app, error_page)
    app.state.overview = Shared()
    app.state.catalogue = Catalogue()
    app.state.asks = Asks()
    app.state.time_left = TimeLeft()
    app.state.desk_counts = Shared()
    app.state.runner = Runner()
    app.state.readings = Readings()
    app.state.charts = {key: Kept(one.fresh_s) for key, one in overview.RANGES.items()}
    for api in (
        orders,
        workers,
        jobs,
        directories,
        api_updates,
        browsers,
        evidence,
        api_keys,
        first_names,
        health,
        metrics,
    ):
        app.include_router(api.router)
    app.openapi = lambda: document.of(app)  # type: ignore[method-assign]  # as FastAPI wants it
    for web in (*CUSTOMERS, *STAFF):
        app.include_router(web.router, dependencies=[Depends(know_visitor)])
    app.mount("/static", assets())
    return app

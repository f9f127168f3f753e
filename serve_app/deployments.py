"""How does Ray Serve host us? Two applications: the site at /, the webhook at /webhooks/stripe.

A webhook of its own keeps taking payments while the site is being changed, and the other way
round.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from ray import serve
from ray.serve.config import HTTPOptions, ProxyLocation

from dbolt.settings import Secrets, Settings
from serve_app.opening import Place, checkout_of, opener, place_of
from serve_app.payments import SWEEP_S
from serve_app.queue import RayQueue
from serve_app.site import build_site
from serve_app.webhook import build_webhook

SITE, WEBHOOK = "site", "webhook"
WEBHOOK_PREFIX = "/webhooks/stripe"

OPTIONS: dict[str, Any] = {
    # Each live page holds a request open; Ray's default of 5 would starve everybody else.
    "max_ongoing_requests": 1000,
    # An open stream would otherwise hold an old replica for the whole of this time.
    "graceful_shutdown_timeout_s": 3.0,
    "graceful_shutdown_wait_loop_s": 0.2,
    # They read the secrets, which lie on the head alone.
    "ray_actor_options": {"num_cpus": 0, "resources": {"node:__internal_head__": 0.001}},
    "logging_config": {"enable_access_log": False},
}


def run(settings: Settings, secrets_path: Path, *, site_replicas: int = 1) -> str:
    """Starts both applications in the running Ray and waits until they answer.

    Returns the address on this machine. Raises RuntimeError where one of them cannot start.
    """
    port = settings.port or _free_port(settings.host)
    place = place_of(settings, secrets_path, port)
    serve.start(
        proxy_location=ProxyLocation.HeadOnly,
        http_options=HTTPOptions(host=settings.host, port=port),
    )
    # Read here too, for the one header that needs it; it travels no further.
    pay_origin = checkout_of(place, Secrets.load(place.secrets_path)).origin
    site = serve.deployment(name=SITE, num_replicas=site_replicas, **OPTIONS)
    webhook = serve.deployment(name=WEBHOOK, num_replicas=1, **OPTIONS)
    built = serve.ingress(_site_builder(place, pay_origin))()
    serve.run(site(built).bind(), name=SITE, route_prefix="/")
    built = serve.ingress(_webhook_builder(place))()
    serve.run(webhook(built).bind(), name=WEBHOOK, route_prefix=WEBHOOK_PREFIX)
    return place.local_url


def stop(*, cluster_ends: bool) -> None:
    """Ends both applications; Serve itself too, unless the whole cluster ends with us.

    cluster_ends: Ray is stopped next. Serve's own shutdown would then only make its controller
    complain on the terminal that it is being ended.
    """
    for name in (SITE, WEBHOOK):
        serve.delete(name)
    if not cluster_ends:
        end: Callable[[], None] = serve.shutdown
        end()


def _site_builder(place: Place, pay_origin: str) -> Callable[[], FastAPI]:
    def build() -> FastAPI:
        return build_site(opener(place, RayQueue()), pay_origin=pay_origin, https=place.https)

    return build


def _webhook_builder(place: Place) -> Callable[[], FastAPI]:
    def build() -> FastAPI:
        parts = opener(place, RayQueue(), live=False)
        return build_webhook(parts, https=place.https, sweep_every_s=SWEEP_S)

    return build


def _free_port(host: str) -> int:
    """A port that was free a moment ago; Serve itself cannot choose one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        port: int = probe.getsockname()[1]
        return port

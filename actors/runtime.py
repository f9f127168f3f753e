"""How do Ray, the orchestrator and the pool come up together, and go without leaving anything?"""

from __future__ import annotations

import contextlib
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import GetTimeoutError, RayError

from actors import ray_actors, ray_pool
from actors.board import Terms
from actors.post import Office
from dbolt import logs, tracing
from dbolt.domain.directory import Directory
from dbolt.settings import Settings, forget_secret_variables, ray_token_path

READY_S = 120.0
GRACE_S = 5.0
"""How long workers may finish what they have when all is stopped."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster with the orchestrator and the pool in it."""

    dashboard_url: str


def start(
    settings: Settings,
    secrets_path: Path,
    *,
    address: str | None = None,
    backoff: float = 1.0,
) -> Cluster:
    """Starts what is missing of Ray, orchestrator and pool, and waits until the queue serves.

    address: an existing cluster ("auto" finds the one on this machine); None starts one here.
    backoff: multiplies the waits between tries.
    Raises ray.exceptions.RayError or ConnectionError.
    """
    # Workers inherit the environment of the process that starts Ray.
    forget_secret_variables()
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    context = _here(settings) if address is None else _there(settings, address)
    close_token()
    terms = Terms(
        lease_s=settings.lease_s,
        backoff=backoff,
        proxy_policy=settings.proxy_policy,
        captcha_plans=frozenset(settings.captcha_plans),
        captcha_job_cents=settings.captcha_job_cents,
        captcha_day_cents=settings.captcha_day_cents,
    )
    orchestrator = _named(
        ray_actors.OrchestratorActor,
        ray_actors.ORCHESTRATOR,
        str(secrets_path.resolve()),
        terms,
        Office.of(settings),
        settings.proxies,
        settings.captcha_api_base,
    )
    ray.get(orchestrator.ready.remote(), timeout=READY_S)
    pool = _named(ray_pool.PoolActor, ray_actors.POOL, settings)
    ray.get(pool.begin.remote(), timeout=READY_S)
    return Cluster(dashboard_url=f"http://{context.dashboard_url}" if context.dashboard_url else "")


def _here(settings: Settings) -> Any:
    return ray.init(
        runtime_env=_speech(settings),
        namespace=ray_actors.NAMESPACE,
        _node_ip_address="127.0.0.1",
        include_dashboard=True,
        dashboard_host="127.0.0.1",
        dashboard_port=settings.dashboard_port,
        resources={ray_actors.RESOURCE: settings.workers_max},
        log_to_driver=False,
        logging_level=logging.WARNING,
    )


def _there(settings: Settings, address: str) -> Any:
    return ray.init(
        runtime_env=_speech(settings),
        address=address,
        namespace=ray_actors.NAMESPACE,
        log_to_driver=False,
        logging_level=logging.WARNING,
    )


def _speech(settings: Settings) -> dict[str, Any]:
    """Every process of ours speaks as this one does: structured, and without secrets."""
    return {
        "worker_process_setup_hook": "dbolt.logs.configure_worker",
        "env_vars": {
            logs.LEVEL: settings.log_level,
            logs.AS_JSON: "1" if settings.log_json else "",
            **tracing.wanted(),
        },
    }


def _named(kind: type, name: str, *values: object) -> Any:
    """The actor of that name, started if there is none; it outlives whoever starts it."""
    return (
        ray.remote(kind)
        .options(
            name=name,
            namespace=ray_actors.NAMESPACE,
            get_if_exists=True,
            lifetime="detached",
            num_cpus=0,
            # They read the secrets, which lie on the head alone; and a node that holds nothing
            # which asks for resources counts as idle and is taken away.
            resources={ray_actors.HEAD: 0.001},
            max_restarts=-1,
            max_task_retries=0,
            max_concurrency=1000,
        )
        .remote(*values)
    )


def orchestrator() -> Any:
    """The orchestrator's handle. Raises ValueError if there is none."""
    return ray.get_actor(ray_actors.ORCHESTRATOR, namespace=ray_actors.NAMESPACE)


def sync_directories(entries: list[Directory]) -> None:
    """*entries* are the catalogue from now on. Raises RayError."""
    ray.get(orchestrator().sync_directories.remote(entries), timeout=READY_S)


def stop() -> None:
    """Stops workers, pool and orchestrator, and Ray if it was started here. Safe to repeat.

    Also where `start` was broken off half-way.
    """
    if ray.is_initialized():
        _stop_actors()
    ray.shutdown()


def _stop_actors() -> None:
    with contextlib.suppress(RayError, GetTimeoutError, ValueError):
        pool = ray.get_actor(ray_actors.POOL, namespace=ray_actors.NAMESPACE)
        ray.get(pool.stop.remote(GRACE_S), timeout=GRACE_S + 30)
        ray.kill(pool)
    with contextlib.suppress(RayError, GetTimeoutError, ValueError):
        # Workers are detached: those of a pool that did not answer would stay.
        for actor in ray_pool.workers().values():
            ray.kill(actor)
    with contextlib.suppress(RayError, GetTimeoutError, ValueError):
        queue = orchestrator()
        ray.get(queue.close.remote(), timeout=20)
        ray.kill(queue)


def close_token() -> None:
    """Whoever reads Ray's token may run code in the cluster, and Ray writes it for all to read."""
    path = ray_token_path()
    with contextlib.suppress(OSError):
        found = path.stat()
        if found.st_uid == os.geteuid() and found.st_mode & 0o077:
            path.chmod(0o600)

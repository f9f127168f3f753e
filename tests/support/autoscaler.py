"""A Ray cluster of fake nodes on this machine, with Ray's own autoscaler over it.

Ray's `AutoscalingCluster` would begin with `ray stop --force`, which ends every Ray of the machine.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import ray

from tests.support.processes import processes_with

_EMPTY: dict[str, Any] = {
    "auth": {},
    "docker": {},
    "file_mounts": {},
    "cluster_synced_files": [],
    "file_mounts_sync_continuously": False,
    "rsync_exclude": [],
    "rsync_filter": [],
    "initialization_commands": [],
    "setup_commands": [],
    "head_setup_commands": [],
    "worker_setup_commands": [],
    "head_start_ray_commands": [],
    "worker_start_ray_commands": [],
}


@dataclass(frozen=True)
class FakeCluster:
    """Where the cluster is. Nodes are counted once this process is connected to it."""

    address: str
    folder: Path

    def browser_nodes(self) -> int:
        """Living nodes that offer `browser`."""
        return sum(node["Alive"] and "browser" in node["Resources"] for node in ray.nodes())


@contextmanager
def fake_cluster(browsers: dict[str, Any], *, idle_s: float) -> Iterator[FakeCluster]:
    """A head without browsers, and nodes of the type *browsers* as the autoscaler wants them.

    browsers: a node type as in cluster.yaml. idle_s: after which an idle node is taken away.
    """
    # Sockets live below, and their names may not be long.
    folder = Path(tempfile.mkdtemp(prefix="ray-"))
    port = _free_port()
    (folder / "cluster.json").write_text(json.dumps(_config(browsers, port, idle_s)))
    with (folder / "log").open("wb") as log:
        head = subprocess.Popen(_command(folder, port), env=_environment(), stdout=log, stderr=log)
    try:
        _wait_for_port(port, head)
        yield FakeCluster(f"127.0.0.1:{port}", folder)
    finally:
        head.terminate()
        try:
            head.wait(20)
        finally:
            # Fake nodes are children of the autoscaler, which does not take them with it.
            left = [psutil.Process(pid) for pid in processes_with(str(folder))]
            for process in left:
                process.kill()
            psutil.wait_procs(left, 10)
            shutil.rmtree(folder, ignore_errors=True)


def _config(browsers: dict[str, Any], port: int, idle_s: float) -> dict[str, Any]:
    return _EMPTY | {
        "cluster_name": "fake",
        "max_workers": browsers["max_workers"],
        "upscaling_speed": 10.0,
        "idle_timeout_minutes": idle_s / 60,
        "provider": {
            "type": "fake_multinode",
            "gcs_address": f"127.0.0.1:{port}",
            "use_node_id_as_ip": True,
            "disable_node_updaters": True,
            "disable_launch_config_check": True,
            "launch_multiple": True,
        },
        "available_node_types": {
            "ray.head.default": {"resources": {"CPU": 1}, "node_config": {}, "max_workers": 0},
            "browsers": {**browsers, "node_config": {}},
        },
        "head_node_type": "ray.head.default",
    }


def _command(folder: Path, port: int) -> list[str]:
    return [
        str(Path(sys.executable).with_name("ray")),
        *("start", "--head", "--block", f"--port={port}", f"--temp-dir={folder}"),
        f"--autoscaling-config={folder / 'cluster.json'}",
        *("--num-cpus=1", "--object-store-memory=80000000"),
        *("--include-dashboard=false", "--disable-usage-stats"),
    ]


def _environment() -> dict[str, str]:
    # A token would have to be known before Ray is imported anywhere in this process.
    return os.environ | {
        "RAY_FAKE_CLUSTER": "1",
        "AUTOSCALER_UPDATE_INTERVAL_S": "1",
        "RAY_AUTH_MODE": "disabled",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for_port(port: int, head: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 40
    while time.monotonic() < end:
        assert head.poll() is None, "ray start failed"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError("the head of the cluster did not come up")

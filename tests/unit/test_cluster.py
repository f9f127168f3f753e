"""Would `ray up cluster.yaml` accept the file, and would secrets stay on the head?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture
def config() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "cluster.yaml").read_text("utf-8"))
    return loaded


def test_cluster_yaml_is_valid_by_rays_own_schema(config: dict[str, Any]) -> None:
    import ray

    schema = Path(ray.__file__).parent / "autoscaler" / "ray-schema.json"
    jsonschema.validate(config, json.loads(schema.read_text("utf-8")))


def test_browser_nodes_come_and_go_and_offer_what_workers_ask_for(config: dict[str, Any]) -> None:
    browsers = config["available_node_types"]["browsers"]
    assert browsers["resources"]["browser"] >= 1
    assert browsers["min_workers"] < browsers["max_workers"] <= config["max_workers"]


def test_secrets_reach_the_head_alone(config: dict[str, Any]) -> None:
    assert "file_mounts" not in config, "they are copied to every node"
    for_all = config.get("setup_commands", []) + config.get("worker_setup_commands", [])
    assert not [c for c in for_all if "secret" in c or "DATABASE_URL" in c]
    assert any("secretsmanager" in c for c in config["head_setup_commands"])

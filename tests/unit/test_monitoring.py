"""Do the files for Prometheus and Grafana load, and do the alerts come when they should?"""

from __future__ import annotations

import json
import re
import subprocess

import pytest
import yaml

from dbolt.domain.browsers import BrowserState, Cause, PoolStatus
from dbolt.domain.figures import WEB, Total, of_pool, of_queue
from tests.support.prometheus import MONITORING, Programs

DOCS = MONITORING.parent / "docs" / "operations.md"
_METRIC = re.compile(r"\bdbolt_[a-z0-9_]+")


def known() -> set[str]:
    """Each sample's name that a running system can tell."""
    pool = PoolStatus(
        target=0, needed=0, cause=Cause.NOTHING, reason="", least=0, most=1, startable=0,
        service_s=1.0, hired=0, crashed=0, browsers=[],
    )  # fmt: skip
    told = {
        "submissions": {}, "jobs": {}, "leases": {}, "startable": 0, "outbox": 0, "epoch": 1,
        "directories": 0, "database": "up", "workers": {}, "pauses": [], "resting": {},
        "proxies": [], "totals": {total.value: [] for total in Total},
        "commit": dict.fromkeys(("batches", "calls", "seconds", "outages", "slowest_s"), 0),
    }  # fmt: skip
    names = {"dbolt_orchestrator_up"}
    for family in (*of_queue(told), *of_pool(pool)):
        names.add(family.name + ("_total" if family.kind == "counter" else ""))
    for name, (kind, _) in WEB.items():
        ends = ("_total",) if kind == "counter" else ("_bucket", "_sum", "_count")
        names.update(name + end for end in ends)
    return names


@pytest.mark.parametrize(
    "command",
    [
        ["check", "rules", "rules.yml"],
        ["check", "config", "--syntax-only", "prometheus.yml"],
        ["test", "rules", "rules_test.yml"],
    ],
)
def test_promtool_finds_nothing_wrong(programs: Programs, command: list[str]) -> None:
    done = subprocess.run(
        [programs.promtool, *command], cwd=MONITORING, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_and_panels_ask_for_metrics_that_there_are() -> None:
    rules = yaml.safe_load((MONITORING / "rules.yml").read_text("utf-8"))["groups"]
    asked = [rule["expr"] for group in rules for rule in group["rules"]]
    panels = json.loads((MONITORING / "grafana-dashboard.json").read_text("utf-8"))["panels"]
    asked += [target["expr"] for panel in panels for target in panel.get("targets", [])]
    assert len(asked) > 50
    named = {name for text in asked for name in _METRIC.findall(text)}
    assert named - known() == set()


def test_the_page_for_operations_names_every_metric_and_alert() -> None:
    page = DOCS.read_text("utf-8")
    rules = yaml.safe_load((MONITORING / "rules.yml").read_text("utf-8"))["groups"]
    alerts = {rule["alert"] for group in rules for rule in group["rules"] if "alert" in rule}
    assert {name for name in alerts if f"`{name}`" not in page} == set()
    assert {name for name in known() if name not in page} == set()
    assert {name for name in _METRIC.findall(page) if name not in known()} == set()
    for state in BrowserState:
        assert state.value in page

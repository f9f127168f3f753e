"""Do the docs show the lifecycle as it is?"""

from __future__ import annotations

from pathlib import Path

from dbolt.domain.diagram import mermaid


def test_the_docs_diagram_is_the_table() -> None:
    text = (Path(__file__).parents[3] / "docs" / "lifecycle.md").read_text("utf-8")
    assert text.endswith(mermaid())

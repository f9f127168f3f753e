"""What does the lifecycle look like? The diagram of the docs, drawn from the table itself."""

from __future__ import annotations

from dbolt.domain.lifecycle import JOB_TRANSITIONS, TRANSITIONS


def mermaid() -> str:
    """Both lifecycles as Mermaid state diagrams, in the order of the tables."""
    submission = [f"    {s} --> {t}: {e}" for (s, e), t in TRANSITIONS.items()]
    job = [f"    {s} --> {t}: {e}" for (s, e), t in JOB_TRANSITIONS.items()]
    return "\n".join(
        [
            "## A submission (one job on one directory)",
            "",
            "```mermaid",
            "stateDiagram-v2",
            "    [*] --> queued",
            *submission,
            "```",
            "",
            "## A job (a paid order being carried out)",
            "",
            "```mermaid",
            "stateDiagram-v2",
            "    [*] --> awaiting_profile",
            *job,
            "```",
            "",
        ]
    )

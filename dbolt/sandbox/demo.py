"""Which business does the demo list? A made-up bakery whose profile has nothing left open."""

from __future__ import annotations

import base64
from pathlib import Path

import yaml

from dbolt.domain.profile import Profile

_FOLDER = Path(__file__).parent


def load_demo_profile() -> Profile:
    """Harbor Lane Bakery, with its logo read from the file beside the profile."""
    told = yaml.safe_load((_FOLDER / "demo_profile.yaml").read_text("utf-8"))
    logo = told["logo"]
    picture = (_FOLDER / logo.pop("file")).read_bytes()
    logo["data"] = base64.b64encode(picture).decode("ascii")
    return Profile.model_validate(told)

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
    name = told["logo"]
    data = base64.b64encode((_FOLDER / name).read_bytes()).decode("ascii")
    told["logo"] = {"name": name, "media_type": "image/png", "data": data}
    return Profile.model_validate(told)

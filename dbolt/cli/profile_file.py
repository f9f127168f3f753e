"""How does a file on disk become a profile? YAML or JSON; pictures may be named by path."""

from __future__ import annotations

import base64
import mimetypes
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dbolt.catalogue.reading import NoYaml, read_yaml, sentences
from dbolt.cli.output import Trouble
from dbolt.domain.profile import Profile


def read_profile(path: Path) -> Profile:
    """The profile in *path*. Raises Trouble with a sentence for each thing that is wrong."""
    try:
        raw: Any = read_yaml(path.read_text("utf-8"))
    except OSError as error:
        raise Trouble(f"The profile {str(path)!r} cannot be read: {error.strerror}.") from error
    except (NoYaml, UnicodeDecodeError) as error:
        raise Trouble(f"The profile {str(path)!r} is neither YAML nor JSON: {error}.") from error
    if not isinstance(raw, dict):
        raise Trouble(f"The profile {str(path)!r} must hold keys and values, as `phone: +1 …`.")
    for name in ("logo",):
        if isinstance(raw.get(name), str):
            raw[name] = _picture(path.parent / raw[name])
    if isinstance(raw.get("photos"), list):
        raw["photos"] = [
            _picture(path.parent / photo) if isinstance(photo, str) else photo
            for photo in raw["photos"]
        ]
    try:
        return Profile.model_validate(raw)
    except ValidationError as error:
        told = (f"{path.name}: {sentence}" for sentence in sentences(error, Profile))
        raise Trouble(*told) from error


def _picture(path: Path) -> dict[str, str]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Trouble(f"The picture {str(path)!r} cannot be read: {error.strerror}.") from error
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return {
        "name": path.name,
        "media_type": media_type,
        "data": base64.b64encode(data).decode("ascii"),
    }

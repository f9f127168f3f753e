"""How does a folder of YAML files become directories?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from dbolt.catalogue.reading import NoYaml, read_yaml, sentences
from dbolt.domain.directory import Directory


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one file, in one sentence."""

    file: str
    problem: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The directories that could be read, by slug, and the files that could not."""

    directories: tuple[Directory, ...]
    faults: tuple[Fault, ...]


class CatalogueMissing(Exception):
    """The folder of directory files is not there."""


def default_folder() -> Path:
    """The folder that comes with the product: beside the packages, in a checkout and a wheel."""
    return Path(__file__).resolve().parents[2] / "directories"


def load(folder: Path) -> Catalogue:
    """Every `*.yaml` of *folder*, sorted by slug. A broken file is a fault, not an exception.

    Raises CatalogueMissing where *folder* is no folder.
    """
    if not folder.is_dir():
        raise CatalogueMissing(
            f"There is no folder {str(folder)!r} of directory files; set DBOLT_DIRECTORIES to one."
        )
    directories: list[Directory] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.yaml")):
        found = _read(path)
        if isinstance(found, Directory):
            directories.append(found)
        else:
            faults.extend(found)
    return Catalogue(tuple(directories), tuple(faults))


def _read(path: Path) -> Directory | list[Fault]:
    try:
        raw: Any = read_yaml(path.read_text("utf-8"), trusted=True)
    except (NoYaml, UnicodeDecodeError) as error:
        return [Fault(path.name, f"This is not valid YAML: {error}.")]
    if not isinstance(raw, dict):
        return [Fault(path.name, "The file must hold keys and values, such as `name: …`.")]
    if raw.get("slug", path.stem) != path.stem:
        return [Fault(path.name, f"The slug is {raw['slug']!r}; it must be the file's name.")]
    try:
        return Directory.model_validate({**raw, "slug": path.stem})
    except ValidationError as error:
        return [Fault(path.name, sentence) for sentence in sentences(error, Directory)]

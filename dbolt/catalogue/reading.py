"""How is a file that a person wrote read, and what is said of it where it is wrong?"""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterator
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError


class NoYaml(Exception):
    """The text is not YAML; its own words say where and why."""


def read_yaml(text: str, *, trusted: bool = False) -> Any:
    """What *text* holds as YAML, or JSON, which is YAML too. A key that stands twice is an error.

    trusted: read by the fast C library, which what nests without end would end with the process.
    Raises NoYaml.
    """
    loader: Any = None
    try:
        loader = _FastUnique(text) if trusted else _Unique(text)
        return loader.get_single_data()
    except (yaml.YAMLError, RecursionError) as error:
        raise NoYaml(_in_one_line(error)) from error
    finally:
        if loader is not None:
            loader.dispose()


def _in_one_line(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
    return f"{problem}, line {mark.line + 1}" if mark else problem or type(error).__name__


class _UniqueKeys:
    """YAML itself takes the last of two equal keys, so that half of a file is lost unseen."""

    def construct_mapping(self, node: yaml.MappingNode, *more: Any, **named: Any) -> Any:
        seen: set[str] = set()
        for key, _value in node.value:
            if key.value in seen and isinstance(key.value, str):
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands here twice", key.start_mark
                )
            if isinstance(key.value, str):
                seen.add(key.value)
        # A mixin: the loader behind it has the method.
        return super().construct_mapping(node, *more, **named)  # type: ignore[misc]


class _Unique(_UniqueKeys, yaml.SafeLoader):
    pass


class _FastUnique(_UniqueKeys, yaml.CSafeLoader):
    pass


def sentences(error: ValidationError, model: type[BaseModel]) -> Iterator[str]:
    """One readable sentence for each thing that pydantic found amiss with a *model*."""
    for item in error.errors():
        where = ".".join(str(part) for part in item["loc"])
        message = _message(dict(item), model)
        yield f"{where}: {message}" if where else message


def _message(item: dict[str, Any], model: type[BaseModel]) -> str:
    value = item["input"]
    match item["type"]:
        case "extra_forbidden":
            near = difflib.get_close_matches(str(item["loc"][-1]), _keys_at(model, item["loc"]), 1)
            return "there is no such key" + (f"; did you mean {near[0]}?" if near else "")
        case "missing":
            return "this is missing"
        case "string_type" if isinstance(value, int | float | bool):
            return f"{value} is read as a {_KIND[type(value)]}; put it in quotes"
        case "string_pattern_mismatch" if "[A-Za-z]{2}" in str(item["ctx"]["pattern"]):
            return f"{value!r} is no two-letter code, such as US or de"
        case "string_too_short":
            return "this is empty"
        case _:
            return str(item["msg"]).removeprefix("Value error, ")


_KIND = {int: "number", float: "number", bool: "yes or no"}


def _keys_at(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """The keys that are allowed where *loc* points to."""
    for part in loc[:-1]:
        if isinstance(part, str) and part in model.model_fields:
            inner = _model_in(model.model_fields[part].annotation)
            if inner is None:
                return []
            model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return annotation if issubclass(annotation, BaseModel) else None
    return next((found for arg in get_args(annotation) if (found := _model_in(arg))), None)

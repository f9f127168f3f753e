"""How can a picture be brought within what an upload control allows?"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from PIL import Image as Pixels
from PIL import ImageOps, UnidentifiedImageError

from dbolt.domain.fields import Field
from dbolt.domain.profile import Image
from dbolt.forms.page import Control
from dbolt.forms.reading import FileValue
from dbolt.forms.values.ask import Ask, Offer
from dbolt.forms.values.text import fold, plain

MAX_PIXELS = 40_000_000
MIN_EDGE = 16
_FORMATS = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "gif": "GIF", "webp": "WEBP"}
_MEDIA = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}
_ENDING = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp"}
_SIZE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(k|m)(?:i?b|o|egabytes?|ilobytes?)(?:ytes?)?\b")
_EDGES = re.compile(r"(\d{2,5})\s*(?:px|pixels?)?\s*[x×*]\s*(\d{2,5})")
_LEAST = re.compile(
    r"at least|min(?:imum|imo|imal|d)?\b|mindest|au moins|al menos|almeno|pelo menos|ten minste"
    r"|co najmniej|larger than|or (?:larger|bigger)"
)
_MOST = re.compile(
    r"max|up to|no larger|not larger|at most|less than|under|smaller|hochstens|bis zu|hasta"
    r"|jusqu|fino a|ate\b|no mas|no more"
)


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What an upload may be. Zero or empty: not limited. Edges are (width, height) in pixels."""

    formats: tuple[str, ...] = ()
    max_bytes: int = 0
    least: tuple[int, int] = (0, 0)
    most: tuple[int, int] = (0, 0)
    exact: tuple[int, int] = (0, 0)


def picture(ask: Ask) -> Offer | None:
    """The logo or the next photo, encoded again where the control's limits ask for it."""
    told = ask.profile
    if ask.field is Field.LOGO:
        found = told.logo if ask.nth == 0 else None
    else:
        found = told.photos[ask.nth] if ask.nth < len(told.photos) else None
    if found is None:
        return None
    file = within(found, image_limits(ask.control), fold(told.business_name).replace(" ", "-"))
    return Offer(file=file) if file else None


def image_limits(control: Control) -> ImageLimits:
    """The limits from `accept`, data attributes and the words around the control."""
    said = plain(" | ".join(label.text for label in control.labels))
    limits = ImageLimits(formats=_formats(control.accept, said), max_bytes=_max_bytes(said))
    for key, value in control.attributes:
        if re.fullmatch(r"data-max-?(?:file-?)?size", key) and value.isdigit():
            limits = replace(limits, max_bytes=int(value))
    for match in _EDGES.finditer(said):
        edges = (int(match[1]), int(match[2]))
        clause = re.split(r"[|,;.(]", said[: match.start()])[-1] + said[match.end() :][:20]
        if _LEAST.search(clause):
            limits = replace(limits, least=edges)
        elif _MOST.search(clause):
            limits = replace(limits, most=edges)
        else:
            limits = replace(limits, exact=edges)
    return limits


def _formats(accept: str, said: str) -> tuple[str, ...]:
    """Allowed Pillow formats, in the order of preference PNG, JPEG, WEBP, GIF; empty for any."""
    tokens = [t.strip().lower() for t in accept.split(",") if t.strip()]
    listed = {_FORMATS[e] for t in tokens if (e := re.sub(r"^.*[./]", "", t)) in _FORMATS}
    spoken = {_FORMATS[w] for w in re.findall(r"\b(?:png|jpe?g|gif|webp)\b", said)}
    allowed = (listed & spoken or listed) if listed else spoken
    return tuple(f for f in ("PNG", "JPEG", "WEBP", "GIF") if f in allowed)


def _max_bytes(said: str) -> int:
    sizes = [
        # Decimal units: the smaller reading of "KB" keeps to both.
        int(float(m[1].replace(",", ".")) * (1_000 if m[2] == "k" else 1_000_000))
        for m in _SIZE.finditer(said)
    ]
    return min((s for s in sizes if s), default=0)


# A plan is made anew after every change of the page; the same picture need not be encoded again.
@lru_cache(maxsize=16)
def within(image: Image, limits: ImageLimits, stem: str) -> FileValue | None:
    """*image* as it is if it keeps to *limits*, else encoded again; None if it cannot be done."""
    try:
        with Pixels.open(io.BytesIO(image.data)) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                return None
            known = opened.format or ""
            size = opened.size
            opened.load()
            pixels: Pixels.Image = ImageOps.exif_transpose(opened)
    except (UnidentifiedImageError, OSError, ValueError, Pixels.DecompressionBombError):
        return None
    if known in _MEDIA and _keeps(image, known, size, limits):
        return FileValue(f"{stem or 'picture'}.{_ENDING[known]}", _MEDIA[known], image.data)
    pixels = _sized(pixels, limits)
    wanted = limits.formats or ((known,) if known in {"PNG", "JPEG"} else ("PNG", "JPEG"))
    for file_format in wanted:
        data = _encoded(pixels, file_format, limits)
        if data:
            ending = _ENDING[file_format]
            return FileValue(f"{stem or 'picture'}.{ending}", _MEDIA[file_format], data)
    if not limits.formats and (data := _encoded(pixels, "JPEG", limits)):
        return FileValue(f"{stem or 'picture'}.jpg", _MEDIA["JPEG"], data)
    return None


def _keeps(image: Image, known: str, size: tuple[int, int], limits: ImageLimits) -> bool:
    width, height = size
    return (
        (not limits.formats or known in limits.formats)
        and (not limits.max_bytes or len(image.data) <= limits.max_bytes)
        and (not limits.exact[0] or size == limits.exact)
        and (not limits.most[0] or (width <= limits.most[0] and height <= limits.most[1]))
        and (width >= limits.least[0] and height >= limits.least[1])
    )


def _sized(pixels: Pixels.Image, limits: ImageLimits) -> Pixels.Image:
    """The picture within the edges; a margin is added, and nothing stretched or cropped."""
    if limits.exact[0]:
        return _on_canvas(pixels, limits.exact)
    if limits.most[0] and (pixels.width > limits.most[0] or pixels.height > limits.most[1]):
        pixels = ImageOps.contain(pixels, limits.most)
    if pixels.width < limits.least[0] or pixels.height < limits.least[1]:
        wide, high = limits.least
        edges = (max(wide, pixels.width), max(high, pixels.height))
        return _on_canvas(pixels, edges)
    return pixels


def _on_canvas(pixels: Pixels.Image, edges: tuple[int, int]) -> Pixels.Image:
    clear = pixels.convert("RGBA")
    fitted = ImageOps.contain(clear, edges)
    canvas = Pixels.new("RGBA", edges, (255, 255, 255, 0))
    canvas.paste(fitted, ((edges[0] - fitted.width) // 2, (edges[1] - fitted.height) // 2))
    return canvas


def _encoded(pixels: Pixels.Image, file_format: str, limits: ImageLimits) -> bytes:
    """The bytes in *file_format* within the size; smaller and smaller, empty if none is enough."""
    fixed = bool(limits.exact[0])
    for scale in (1.0, 0.75, 0.5, 0.35, 0.25, 0.15):
        edges = (round(pixels.width * scale), round(pixels.height * scale))
        too_small = edges[0] < max(limits.least[0], MIN_EDGE) or edges[1] < max(
            limits.least[1], MIN_EDGE
        )
        if scale < 1 and (fixed or too_small):
            break
        scaled = pixels if scale == 1.0 else pixels.resize(edges, Pixels.Resampling.LANCZOS)
        for data in _tries(scaled, file_format):
            if not limits.max_bytes or len(data) <= limits.max_bytes:
                return data
    return b""


def _tries(pixels: Pixels.Image, file_format: str) -> Iterable[bytes]:
    if file_format in {"JPEG", "WEBP"}:
        flat = _flattened(pixels)
        for quality in (90, 75, 60, 45):
            yield _saved(flat, file_format, quality=quality)
    elif file_format == "PNG":
        yield _saved(pixels, "PNG")
        yield _saved(_few_colours(pixels), "PNG")
    else:
        yield _saved(_few_colours(pixels), file_format)


def _few_colours(pixels: Pixels.Image) -> Pixels.Image:
    return pixels.convert("RGBA").quantize(colors=128, method=Pixels.Quantize.FASTOCTREE)


def _flattened(pixels: Pixels.Image) -> Pixels.Image:
    clear = pixels.convert("RGBA")
    white = Pixels.new("RGBA", clear.size, (255, 255, 255, 255))
    return Pixels.alpha_composite(white, clear).convert("RGB")


def _saved(pixels: Pixels.Image, file_format: str, **options: int | bool) -> bytes:
    if file_format == "PNG" and pixels.mode not in {"RGB", "RGBA", "P", "L", "LA", "1"}:
        pixels = pixels.convert("RGBA")
    out = io.BytesIO()
    pixels.save(out, file_format, **options)
    return out.getvalue()

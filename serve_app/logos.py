"""How does an uploaded picture become the business's logo? Read once, made small, cropped square.

Whatever was uploaded is decoded and written anew, so nothing of the file itself is passed on.
"""

from __future__ import annotations

import asyncio
import io
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from PIL import Image as Pixels
from PIL import ImageOps

from dbolt.domain.profile import MAX_IMAGE_BYTES, Image
from dbolt.store.queries import Connection, statements
from serve_app.parts import Parts

TOO_LARGE = "The picture is larger than 5 MB; make it smaller and choose it again."
NO_PICTURE = "This is no picture that we can read; choose a PNG, JPEG, WebP or GIF file."
TOO_MANY_PIXELS = "The picture has more than 40 million pixels; make it smaller first."
TOO_SMALL = "The picture is less than 16 pixels wide or high; choose a larger one."
MAX_PIXELS = 40_000_000
MAX_EDGE = 1600
MIN_EDGE = 16
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture written anew, at most `MAX_EDGE` pixels on its longer side."""

    name: str
    media_type: str
    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Logo:
    """The draft's logo without its content. The crop is a square in pixels of the picture."""

    name: str
    media_type: str
    width: int
    height: int
    crop_x: int
    crop_y: int
    crop_size: int
    removed: bool
    version: int


def reread(data: bytes, file_name: str) -> Picture | str:
    """The picture in *data* written anew, or one sentence about what is wrong with it."""
    if len(data) > MAX_IMAGE_BYTES:
        return TOO_LARGE
    try:
        with Pixels.open(io.BytesIO(data), formats=_FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                return TOO_MANY_PIXELS
            if min(opened.size) < MIN_EDGE:
                return TOO_SMALL
            opened.draft("RGB", (MAX_EDGE, MAX_EDGE))
            upright = ImageOps.exif_transpose(opened)
            clear = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
            pixels = upright.convert("RGBA" if clear else "RGB")
    # Pillow's readers let many kinds of error out on broken files.
    except Exception:  # noqa: BLE001
        return NO_PICTURE
    pixels.thumbnail((MAX_EDGE, MAX_EDGE))
    return _written(pixels, plain_name(file_name, "logo"))


def _written(pixels: Pixels.Image, name: str) -> Picture:
    kind = "PNG" if pixels.mode == "RGBA" else "JPEG"
    file = io.BytesIO()
    pixels.save(file, kind, **({"optimize": True} if kind == "PNG" else {"quality": 90}))
    if file.tell() > MAX_IMAGE_BYTES:
        # Noise in every pixel, with transparency: rarer than it is worth more words.
        kind, file = "JPEG", io.BytesIO()
        pixels.convert("RGB").save(file, kind, quality=85)
    ending = "png" if kind == "PNG" else "jpg"
    return Picture(
        f"{name}.{ending}", f"image/{kind.lower()}", file.getvalue(), pixels.width, pixels.height
    )


def plain_name(file_name: str, otherwise: str) -> str:
    """*file_name* without folders, ending and whatever makes trouble."""
    # Some browsers send the folders too.
    last = re.split(r"[/\\]", file_name)[-1].rpartition(".")[0] or file_name
    return re.sub(r"[^\w.-]+", "-", last, flags=re.ASCII).strip("-.")[:60] or otherwise


def cropped(data: bytes, logo: Logo) -> Image:
    """The square of *data* that is to be used, as the profile takes it."""
    with Pixels.open(io.BytesIO(data), formats=_FORMATS) as opened:
        box = (logo.crop_x, logo.crop_y, logo.crop_x + logo.crop_size, logo.crop_y + logo.crop_size)
        made = _written(opened.crop(box), logo.name.rpartition(".")[0])
    return Image(name=made.name, media_type=made.media_type, data=made.data)


async def logo_of(connection: Connection, order_id: UUID) -> Logo | None:
    """The draft's logo, taken out or not, as whoever *connection* reads for may see it."""
    row = await connection.fetchrow(_sql("logo"), order_id)
    if row is None:
        return None
    values: dict[str, Any] = dict(row)
    removed = values.pop("removed_at") is not None
    return Logo(**values, removed=removed)


async def content(connection: Connection, order_id: UUID) -> bytes | None:
    """The whole picture; None where there is none or it was taken out."""
    data: bytes | None = await connection.fetchval(_sql("logo_data"), order_id)
    return data


async def image_of(connection: Connection, order_id: UUID) -> Image | None:
    """The cropped logo, where there is one."""
    logo, data = await logo_of(connection, order_id), await content(connection, order_id)
    if logo is None or data is None:
        return None
    return await asyncio.to_thread(cropped, data, logo)


async def put(parts: Parts, order_id: UUID, data: bytes, file_name: str) -> str:
    """Takes an upload in; one sentence where it is refused, else nothing."""
    picture = await asyncio.to_thread(reread, data, file_name)
    if isinstance(picture, str):
        return picture
    await parts.pool.execute(
        _sql("put_logo"),
        order_id,
        picture.name,
        picture.media_type,
        picture.data,
        picture.width,
        picture.height,
    )
    return ""


async def crop(parts: Parts, order_id: UUID, square: tuple[int, int, int]) -> str:
    """Uses another square (x, y, size); one sentence where it is not inside the picture."""
    x, y, size = square
    inside = x >= 0 and y >= 0 and MIN_EDGE <= size <= MAX_EDGE and max(x, y) <= MAX_EDGE
    if inside and await parts.pool.fetchval(_sql("crop_logo"), order_id, x, y, size) is not None:
        return ""
    return (
        "This square is not inside the picture; choose numbers within its width and height,"
        " and at least 16 pixels."
    )


async def remove(parts: Parts, order_id: UUID) -> None:
    """Takes the logo out; `restore` brings it back."""
    await parts.pool.execute(_sql("remove_logo"), order_id)


async def restore(parts: Parts, order_id: UUID) -> None:
    """Brings back what was taken out."""
    await parts.pool.execute(_sql("restore_logo"), order_id)


def _sql(name: str) -> str:
    return statements("drafts", "serve_app")[name]

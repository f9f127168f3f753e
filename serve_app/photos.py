"""How do uploaded photos come into the business form? Read once, made small, written anew.

What a camera notes beside the picture (where it was taken, with what, by whom) is left behind.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from PIL import Image as Pixels
from PIL import ImageCms, ImageOps

from dbolt.domain.profile import Image
from dbolt.store.queries import Connection, statements
from serve_app.logos import MAX_EDGE, MAX_PIXELS, NO_PICTURE, TOO_MANY_PIXELS, Picture, plain_name
from serve_app.parts import Parts

MOST = 8
MAX_BYTES = 10_000_000
"""Of an upload; a photo of a telephone has 2 to 8 MB."""
KEPT_BYTES = 450_000
"""Of a photo as it is kept. Every attempt carries all of them."""
MIN_EDGE = 200
LONGEST_ALT = 200
TOO_LARGE = "The photo is larger than 10 MB; make it smaller and choose it again."
TOO_SMALL = "The photo is less than 200 pixels wide or high; choose a larger one."
ENOUGH = f"There are {MOST} photos already; take one out first."
_NO_PHOTO = NO_PICTURE.replace("PNG, JPEG, WebP or GIF", "JPEG, PNG or WebP")
_FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of the draft without its content. `removed`: taken out, and can come back."""

    id: UUID
    name: str
    width: int
    height: int
    alt: str
    removed: bool
    version: int


def reread(data: bytes, file_name: str) -> Picture | str:
    """The photo in *data* written anew as JPEG, or one sentence about what is wrong with it."""
    if len(data) > MAX_BYTES:
        return TOO_LARGE
    try:
        with Pixels.open(io.BytesIO(data), formats=_FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                return TOO_MANY_PIXELS
            if min(opened.size) < MIN_EDGE:
                return TOO_SMALL
            opened.draft("RGB", (MAX_EDGE, MAX_EDGE))
            pixels = _flat(_usual_colours(ImageOps.exif_transpose(opened)))
    # Pillow's readers let many kinds of error out on broken files.
    except Exception:  # noqa: BLE001
        return _NO_PHOTO
    pixels.thumbnail((MAX_EDGE, MAX_EDGE))
    return Picture(
        f"{plain_name(file_name, 'photo')}.jpg",
        "image/jpeg",
        _written(pixels),
        pixels.width,
        pixels.height,
    )


def _usual_colours(pixels: Pixels.Image) -> Pixels.Image:
    """In sRGB: the profile that says how its colours are meant does not go along."""
    told = pixels.info.get("icc_profile")
    if not told or pixels.mode not in {"RGB", "RGBA"}:
        return pixels
    try:
        meant = ImageCms.ImageCmsProfile(io.BytesIO(told))
        made = ImageCms.profileToProfile(pixels, meant, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError):
        return pixels
    return made or pixels


def _flat(pixels: Pixels.Image) -> Pixels.Image:
    """On white, and a picture of its own that holds no notes."""
    clear = pixels.convert("RGBA")
    fresh = Pixels.new("RGB", clear.size, "white")
    fresh.paste(clear, mask=clear.getchannel("A"))
    return fresh


def _written(pixels: Pixels.Image) -> bytes:
    data = b""
    for quality in (85, 75, 60, 45, 30):
        file = io.BytesIO()
        pixels.save(file, "JPEG", quality=quality, optimize=True)
        data = file.getvalue()
        if len(data) <= KEPT_BYTES:
            return data
    # Noise in every pixel.
    return _written(pixels.resize((pixels.width // 2, pixels.height // 2)))


async def photos_of(connection: Connection, order_id: UUID) -> list[Photo]:
    """The draft's photos in their order, those that were taken out at the end."""
    rows = await connection.fetch(_sql("photos"), order_id)
    return [Photo(**{**dict(row), "removed": row["removed"]}) for row in rows]


async def content(connection: Connection, order_id: UUID, photo_id: UUID) -> bytes | None:
    """One photo, also one that was taken out."""
    data: bytes | None = await connection.fetchval(_sql("photo_data"), order_id, photo_id)
    return data


async def images_of(connection: Connection, order_id: UUID) -> list[Image]:
    """The photos as the profile takes them."""
    rows = await connection.fetch(_sql("photo_images"), order_id)
    return [
        Image(name=row["name"], media_type="image/jpeg", data=row["data"], alt=row["alt"])
        for row in rows
    ]


async def add(parts: Parts, order_id: UUID, data: bytes, file_name: str) -> str:
    """Takes one in; one sentence where that is not possible."""
    picture = await asyncio.to_thread(reread, data, file_name)
    if isinstance(picture, str):
        return picture
    values = (picture.name, picture.data, picture.width, picture.height, MOST)
    async with parts.pool.acquire() as connection, connection.transaction():
        await connection.execute(_sql("lock_photos"), str(order_id))
        added = await connection.fetchval(_sql("add_photo"), order_id, *values)
        await connection.execute(_sql("forget_removed"), order_id, MOST)
    return "" if added else ENOUGH


async def describe(parts: Parts, order_id: UUID, told: Mapping[UUID, str]) -> None:
    """What is seen on each photo, by id; as much of it as is kept."""
    texts = [" ".join(text.split())[:LONGEST_ALT] for text in told.values()]
    await parts.pool.execute(_sql("describe_photos"), order_id, list(told), texts)


async def arrange(parts: Parts, order_id: UUID, ids: Sequence[UUID]) -> None:
    """The photos in this order; those that are not named stay behind them."""
    await parts.pool.execute(_sql("arrange_photos"), order_id, list(ids))


async def remove(parts: Parts, order_id: UUID, photo_id: UUID) -> None:
    """Takes one out; `restore` brings it back."""
    await parts.pool.execute(_sql("remove_photo"), order_id, photo_id)


async def restore(parts: Parts, order_id: UUID, photo_id: UUID) -> str:
    """Brings one back to where it was; one sentence where there are enough already."""
    async with parts.pool.acquire() as connection, connection.transaction():
        await connection.execute(_sql("lock_photos"), str(order_id))
        back = await connection.fetchval(_sql("restore_photo"), order_id, photo_id, MOST)
    return "" if back else ENOUGH


def _sql(name: str) -> str:
    return statements("drafts", "serve_app")[name]

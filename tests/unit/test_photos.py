"""Is a photo written anew: upright, small, and without what a camera noted beside it?"""

from __future__ import annotations

import io
import random

import pytest
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from serve_app import photos
from serve_app.logos import Picture


def camera(width: int = 900, height: int = 600) -> bytes:
    """As a telephone that was held upright writes it: on its side, with the place beside it."""
    image = Image.new("RGB", (width, height), "navy")
    image.paste("orange", (0, 0, width // 3, height))
    exif = image.getexif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "SecretCamera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (43.0, 39.0, 12.0)
    file = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image.save(file, "JPEG", exif=exif, comment=b"SecretComment", icc_profile=profile)
    return file.getvalue()


def taken(data: bytes, name: str = "IMG_1.jpg") -> Picture:
    made = photos.reread(data, name)
    assert isinstance(made, Picture), made
    return made


def test_what_the_camera_noted_is_gone_and_the_picture_stands_upright() -> None:
    data = camera()
    assert b"SecretCamera" in data
    assert b"SecretComment" in data
    made = taken(data)
    for secret in (b"Secret", b"Exif", b"GPS", b"ICC_PROFILE"):
        assert secret not in made.data
    with Image.open(io.BytesIO(made.data)) as image:
        assert image.size == (made.width, made.height) == (600, 900)
        assert not image.getexif()
        top, bottom = image.getpixel((300, 60)), image.getpixel((300, 800))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 200 > bottom[0], "the orange third is on top"


def test_texts_in_a_png_and_its_transparency_do_not_go_along() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "SecretText")
    file = io.BytesIO()
    Image.new("RGBA", (300, 300), (255, 0, 0, 0)).save(file, "PNG", pnginfo=notes)
    made = taken(file.getvalue(), "a/../b.png")
    assert (b"SecretText" in made.data, made.name, made.media_type) == (
        False,
        "b.jpg",
        "image/jpeg",
    )
    with Image.open(io.BytesIO(made.data)) as image:
        assert image.getpixel((150, 150)) == (255, 255, 255)


def test_even_noise_is_brought_within_its_bounds() -> None:
    noise = Image.frombytes("RGB", (1700, 1700), random.Random(1).randbytes(1700 * 1700 * 3))
    file = io.BytesIO()
    noise.save(file, "WEBP", quality=60)
    made = taken(file.getvalue(), "x.webp")
    assert len(made.data) <= photos.KEPT_BYTES
    assert max(made.width, made.height) <= 1600


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xff\xd8\xff" + b"0" * 10_000_001, photos.TOO_LARGE),
        (b"hello", "no picture that we can read"),
        (b"GIF89a", "JPEG, PNG or WebP"),
        (camera(300, 150), photos.TOO_SMALL),
        (camera()[:400], "no picture that we can read"),
    ],
)
def test_what_is_no_photo_is_told_in_one_sentence(data: bytes, told: str) -> None:
    made = photos.reread(data, "x.jpg")
    assert isinstance(made, str)
    assert told in made

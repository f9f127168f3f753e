"""Pictures are brought within what an upload control allows, and never stretched or cropped."""

from __future__ import annotations

import io

import pytest
from PIL import Image as Pixels

from dbolt.domain.fields import Field
from dbolt.domain.profile import Image
from dbolt.forms.page import Widget
from dbolt.forms.reading import FileValue
from dbolt.forms.values.images import ImageLimits, image_limits
from tests.forms.values.building import bakery, control, offer_for, picture


def _logo(data: bytes, media_type: str = "image/png") -> Image:
    return Image(name="Our Logo.png", media_type=media_type, data=data)


def _file(help_text: str = "", accept: str = "", logo: Image | None = None) -> FileValue | None:
    profile = bakery(logo=logo) if logo else bakery()
    asked = control(Widget.FILE, type="file", help=help_text, accept=accept)
    offer = offer_for(asked, Field.LOGO, profile)
    return offer.file if offer else None


def _opened(file: FileValue | None) -> Pixels.Image:
    assert file is not None
    return Pixels.open(io.BytesIO(file.data))


@pytest.mark.parametrize(
    ("words", "accept", "limits"),
    [
        ("max 200 KB", "", ImageLimits(max_bytes=200_000)),
        ("PNG or JPG, up to 2MB", "", ImageLimits(("PNG", "JPEG"), 2_000_000)),
        ("1.5 MB maximum", "image/*", ImageLimits(max_bytes=1_500_000)),
        ("at least 300x300", "", ImageLimits(least=(300, 300))),
        ("Maximum 1000 x 800 px", "", ImageLimits(most=(1000, 800))),
        ("250x250 pixels", "", ImageLimits(exact=(250, 250))),
        ("", ".jpg,.jpeg", ImageLimits(("JPEG",))),
        ("PNG only", "image/png,image/jpeg", ImageLimits(("PNG",))),
        ("mindestens 400x400 px, max. 1 MB", "", ImageLimits((), 1_000_000, (400, 400))),
        ("Your logo", "", ImageLimits()),
    ],
)
def test_limits_are_read_from_words_and_accept(
    words: str, accept: str, limits: ImageLimits
) -> None:
    assert image_limits(control(Widget.FILE, type="file", help=words, accept=accept)) == limits


def test_a_picture_within_the_limits_is_sent_as_it_is() -> None:
    file = _file("PNG or JPG, max 1 MB", "image/*")
    assert file is not None
    assert file.data == bakery().logo.data  # type: ignore[union-attr]  # the builder gives one
    assert file.name == "harbor-lane-bakery.png"


def test_a_png_becomes_a_jpeg_where_only_that_is_taken() -> None:
    file = _file(accept=".jpg")
    assert file is not None
    assert (file.media_type, file.name) == ("image/jpeg", "harbor-lane-bakery.jpg")
    assert _opened(file).format == "JPEG"


def test_a_large_picture_is_brought_under_the_limit() -> None:
    noisy = _logo(picture(900, 700, noisy=True))
    assert len(noisy.data) > 1_000_000
    for words in ("max 100 KB", "PNG only, max 300 KB", "JPG, max 60 KB"):
        file = _file(words, logo=noisy)
        assert file is not None
        limit = image_limits(control(Widget.FILE, type="file", help=words)).max_bytes
        assert len(file.data) <= limit


def test_edges_are_kept_by_a_margin_and_by_shrinking() -> None:
    assert _opened(_file("at least 500x500")).size == (500, 500)
    assert _opened(_file("300x300 px")).size == (300, 300)
    assert _opened(_file("max 200x200")).size == (200, 100)


def test_what_cannot_be_done_is_not_offered() -> None:
    assert _file("max 1 KB, at least 900x900", logo=_logo(picture(1200, 900, noisy=True))) is None
    broken = picture(50, 50)[:60]
    assert _file(logo=_logo(broken)) is None


def test_photos_go_to_the_upload_controls_one_by_one() -> None:
    shots = [_logo(picture(10 * n, 20)) for n in (4, 5)]
    profile = bakery(photos=shots)
    asked = control(Widget.FILE, type="file")
    sizes = []
    for nth in range(3):
        offer = offer_for(asked, Field.PHOTO, profile, nth=nth)
        sizes.append(_opened(offer.file).width if offer else None)
    assert sizes == [40, 50, None]

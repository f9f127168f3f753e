"""A picture shows what matters, covers what is secret, and stays small."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from dbolt.browser.proof import Proof
from dbolt.browser.session import Browser
from dbolt.domain.submission import EvidenceKind
from dbolt.providers.evidence.folder import FolderEvidence
from tests.browser.attempt.support import FIELDS, THANKS, as_pressed, form_page, try_at
from tests.support.listing import a_directory
from tests.support.site import Site

MARK = (200, 0, 120)
TALL = "<div style='height:9000px;background:#fff'></div>"


def _picture(folder: Path, sha256: str) -> Image.Image:
    (path,) = (p for p in folder.rglob("*") if sha256 in p.name)
    return Image.open(io.BytesIO(path.read_bytes())).convert("RGB")


def _share(picture: Image.Image, colour: tuple[int, int, int]) -> float:
    """How much of the picture has about that colour."""
    small = picture.resize((320, picture.height // 4)).tobytes()
    near = [
        sum(abs(a - b) for a, b in zip(small[at : at + 3], colour, strict=True)) < 60
        for at in range(0, len(small), 3)
    ]
    return sum(near) / len(near)


async def test_a_form_far_below_is_in_the_picture(browser: Browser, tmp_path: Path) -> None:
    marked = f"<div style='height:300px;background:rgb{MARK}'></div>"
    page = form_page(marked + FIELDS).replace("<form", TALL + "<form")
    async with Site({"GET /add": page, "POST /add": THANKS}) as site:
        result, _ = await try_at(browser, site, tmp_path)
    before = next(r for r in as_pressed(result).evidence if r.kind is EvidenceKind.BEFORE)
    picture = _picture(tmp_path, before.sha256)
    assert picture.width == 1280
    assert picture.height < 2500
    assert _share(picture, MARK) > 0.05


async def test_passwords_and_secrets_are_covered_in_frames_too(
    browser: Browser, tmp_path: Path
) -> None:
    field = f"style='width:900px;height:200px;border:0;background:rgb{MARK}'"
    inner = f"<input type=password {field} value=hidden>"
    pages = {
        "plain": f"<input {field} value=shown>",
        "own": inner,
        "marked": f"<input data-dbolt-covered {field} value=hidden>",
        "framed": f'<iframe srcdoc="{inner}" width=1000 height=300></iframe>',
        "shadow": f"<div><template shadowrootmode=open>{inner}</template></div>",
    }
    sink = FolderEvidence(tmp_path)
    async with Site({f"/{name}": html for name, html in pages.items()}) as site:
        async with browser.new_context(a_directory()) as visit:
            for name in pages:
                await visit.page.goto(f"{site.url}/{name}", wait_until="load")
                proof = Proof(sink)
                await proof.picture(visit.page, EvidenceKind.BEFORE)
                picture = _picture(tmp_path, proof.refs[0].sha256)
                shown = _share(picture, MARK)
                assert shown > 0.1 if name == "plain" else shown == 0, name


async def test_even_noise_makes_a_small_file(browser: Browser, tmp_path: Path) -> None:
    noise = """<canvas width=1280 height=5000></canvas><script>
    const canvas = document.querySelector('canvas').getContext('2d');
    const image = canvas.createImageData(1280, 5000);
    for (let i = 0; i < image.data.length; i++) {
      image.data[i] = i % 4 === 3 ? 255 : Math.random() * 255;
    }
    canvas.putImageData(image, 0, 0);
    </script>"""
    proof = Proof(FolderEvidence(tmp_path))
    async with Site({"/": noise}) as site, browser.new_context(a_directory()) as visit:
        await visit.page.goto(site.url)
        await proof.picture(visit.page, EvidenceKind.AFTER)
    (ref,) = proof.refs
    assert ref.media_type == "image/jpeg"
    assert ref.size_bytes < 3_000_000
    assert _picture(tmp_path, ref.sha256).size == (1280, 4000)

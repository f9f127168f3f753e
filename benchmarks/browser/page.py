"""The page that every contender hands in at: twelve fields in about 300 KB, made up on the spot."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass

from PIL import Image

FIELDS = (
    "company",
    "category",
    "about",
    "email",
    "phone",
    "web",
    "contact",
    "street",
    "city",
    "state",
    "zip",
    "terms",
)
LISTING = {
    "company": "Harbor Lane Bakery",
    "category": "Bakery",
    "about": "Sourdough, baked before dawn.",
    "email": "ada@harborlane.example",
    "phone": "+1 212 555 0142",
    "web": "https://harborlane.example/",
    "contact": "Ada Moreno",
    "street": "12 Harbor Lane",
    "city": "New York",
    "state": "New York",
    "zip": "10004",
    "terms": "yes",
}
_CATEGORIES = ("Attorney", "Bakery", "Dentist", "Florist", "Garage", "Gym", "Hotel", "Plumber")
_STATES = ("California", "Florida", "Maine", "New York", "Ohio", "Oregon", "Texas", "Vermont")
_PICTURES = 24


@dataclass(frozen=True, slots=True)
class Made:
    """What the site serves, by path below a directory; media types beside the bytes."""

    files: dict[str, tuple[bytes, str]]

    @property
    def size(self) -> int:
        """Bytes of the page with all that it loads."""
        return sum(len(data) for data, _ in self.files.values())


def made() -> Made:
    """The same page at every call."""
    chance = random.Random(12)
    files = {
        "add": (_html(chance).encode(), "text/html; charset=utf-8"),
        "style.css": (_css(chance).encode(), "text/css"),
        "script.js": (_script(chance).encode(), "text/javascript"),
    }
    for number in range(_PICTURES):
        files[f"picture{number}.jpg"] = (_picture(chance), "image/jpeg")
    return Made(files)


def _words(chance: random.Random, count: int) -> str:
    syllables = ("ba", "ler", "mo", "nit", "sa", "ro", "ke", "lin", "do", "ves", "ta", "pur")
    return " ".join(
        "".join(chance.choices(syllables, k=chance.randint(1, 3))) for _ in range(count)
    )


def _select(name: str, label: str, options: tuple[str, ...]) -> str:
    listed = "".join(f"<option>{option}</option>" for option in options)
    return (
        f"<p><label for={name}>{label} *</label> <select id={name} name={name} required>"
        f"<option value=''>Please choose</option>{listed}</select></p>"
    )


def _text(name: str, label: str, kind: str = "text") -> str:
    return (
        f"<p><label for={name}>{label} *</label> "
        f"<input id={name} name={name} type={kind} class=field required></p>"
    )


def _form() -> str:
    return "".join(
        (
            "<form method=post id=listing>",
            _text("company", "Business name"),
            _select("category", "Category", _CATEGORIES),
            "<p><label for=about>Description *</label>",
            "<textarea id=about name=about required></textarea></p>",
            _text("email", "Business e-mail", "email"),
            _text("phone", "Phone", "tel"),
            _text("web", "Website", "url"),
            _text("contact", "Contact person"),
            _text("street", "Street address"),
            _text("city", "City"),
            _select("state", "State", _STATES),
            _text("zip", "ZIP code"),
            "<p><label><input type=checkbox name=terms value=yes required> ",
            "I agree to the terms of service</label></p>",
            "<button type=submit>Submit your listing</button></form>",
        )
    )


def _html(chance: random.Random) -> str:
    cards = "".join(
        f"<article class='card c{n % 40}'><h3><a href=/l/{n}>{_words(chance, 4)}</a></h3>"
        f"<img src=picture{n % _PICTURES}.jpg alt='{_words(chance, 2)}' width=120 height=80>"
        f"<p>{_words(chance, 60)}</p></article>"
        for n in range(120)
    )
    links = "".join(f"<li><a href=/c/{n}>{_words(chance, 2)}</a></li>" for n in range(60))
    return (
        "<!doctype html><html lang=en><head><title>Add your business</title>"
        "<link rel=stylesheet href=style.css><script src=script.js defer></script></head><body>"
        f"<nav><ul>{links}</ul></nav><main><h1>Add your business to our directory</h1>"
        f"{_form()}</main><section>{cards}</section></body></html>"
    )


def _css(chance: random.Random) -> str:
    colours = (f"#{chance.randrange(0x1000000):06x}" for _ in range(10_000))
    rules = (
        f".c{n % 40} .x{n} > a:hover {{ color: {next(colours)}; padding: {n % 9}px "
        f"{n % 7}px; border: 1px solid {next(colours)} }}"
        for n in range(500)
    )
    return "article { float: left; width: 300px } " + "\n".join(rules)


def _script(chance: random.Random) -> str:
    """Checks fields as they are left, as many pages do, beside much that is never called."""
    dead = "\n".join(
        f"function f{n}(a, b) {{ return a > {n} ? b + '{_words(chance, 12)}' : f{n - 1}(a, b); }}"
        for n in range(1, 420)
    )
    return (
        f"function f0(a, b) {{ return b; }}\n{dead}\n"
        "document.querySelectorAll('.field').forEach(field => field.addEventListener('change', "
        "() => field.classList.toggle('filled', f20(1, field.value) !== '')));"
        "document.querySelectorAll('article').forEach((card, n) => { card.dataset.n = n; });"
    )


def _picture(chance: random.Random) -> bytes:
    small = Image.frombytes("RGB", (30, 20), chance.randbytes(30 * 20 * 3))
    out = io.BytesIO()
    small.resize((240, 160)).save(out, "JPEG", quality=60)
    return out.getvalue()

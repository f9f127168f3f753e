"""How a careful person fills in each site of the town for Harbor Lane Bakery, by plain HTTP."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import httpx
import lxml.html

from dbolt.sandbox.demo import load_demo_profile
from tests.support.town import RunningTown

PROFILE = load_demo_profile()
NAME, STREET, CITY, ZIP = "Harbor Lane Bakery", "14 Harbor Lane", "Portland", "04101"
PHONE, EMAIL, WEB = "207-555-0142", "hello@harborlanebakery.example", str(PROFILE.website)
LONG, MIDDLE, SHORT = PROFILE.descriptions
LOGO = PROFILE.logo.data if PROFILE.logo else b""

Answers = dict[str, Any]

# What is typed into the sites whose form is one plain post: path, then the form's own names.
FORMS: dict[str, tuple[str, Answers]] = {
    "yellow-ledger": (
        "/addlisting.cgi",
        {"co": NAME, "lob": "Bakeries", "st1": STREET, "cty": CITY, "st": "ME", "zp": ZIP}
        | {"tel": PHONE, "fx": "207-555-0144", "em": EMAIL, "www": WEB, "txt": LONG},
    ),
    "cornerlight": (
        "/share-a-place",
        {"placeName": NAME, "oneLiner": PROFILE.tagline, "kind": "Bakery & pastry", "story": LONG}
        | {"line1": STREET, "town": CITY, "region": "Maine", "post": ZIP, "call": PHONE}
        | {"mail": EMAIL, "site": WEB, "insta": str(PROFILE.social.instagram)},
    ),
    "localoop": (
        "/listings",
        {
            f"listing[{name}]": value
            for name, value in {
                "business": NAME,
                "owner": "Nora Whitcomb",
                "email": EMAIL,
                "phone": PHONE,
                "web": WEB,
                "street": STREET,
                "street2": "Suite 2",
                "city": CITY,
                "state": "Maine",
                "zip": ZIP,
                "trade": "2",
                "blurb": MIDDLE,
            }.items()
        },
    ),
    "pindrop": (
        "/pins/add",
        {"pin_title": NAME, "full_address": f"{STREET}, {CITY}, ME {ZIP}", "pin_link": WEB}
        | {"symbol": "Bread & cakes", "pin_tel": PHONE, "pin_mail": EMAIL, "note": SHORT},
    ),
    "tradetree": (
        "/suggest",
        {"company_title": NAME, "cat1": "2", "cat2": "1", "cat3": "1", "company_profile": LONG}
        | {"addr_street": STREET, "addr_city": CITY, "addr_state": "US-ME", "addr_zip": ZIP}
        | {"c_phone": PHONE, "c_email": EMAIL, "c_web": WEB},
    ),
    "pickwell": (
        "/submit-business/",
        {"post_title": NAME, "post_category": "103", "post_content": LONG, "pw_street": STREET}
        | {"pw_city": CITY, "pw_region": "me", "pw_zip": ZIP, "pw_phone": PHONE}
        | {"pw_email": EMAIL, "pw_site": WEB},
    ),
    "slidebook": (
        "/add",
        {"b_name": NAME, "b_type": "Bakery / Patisserie", "b_email": EMAIL, "b_area": "207"}
        | {"b_num": "5550142", "b_addr": STREET, "b_city": CITY, "b_state": "ME", "b_zip": ZIP}
        | {"b_web": WEB, "b_about": MIDDLE},
    ),
    "dialtone": (
        "/number/new",
        {"subscriber": NAME, "number": "(207) 555-0142", "faxno": "(207) 555-0144"}
        | {"address1": STREET, "city": CITY, "state": "ME", "zipcode": ZIP}
        | {"heading": "Bakeries", "email": EMAIL, "website": WEB},
    ),
    "open-late": (
        "/venue/add",
        {"v_name": NAME, "v_addr": STREET, "v_city": CITY, "v_zip": ZIP, "v_state": "ME"}
        | {"v_kind": "Bakery", "v_phone": PHONE, "v_email": EMAIL, "v_web": WEB}
        | {"hours_0_closed": "1", "hours_4_open": "0700", "hours_4_close": "1800"}
        | {f"hours_{i}_open": "0700" for i in (1, 2, 3)}
        | {f"hours_{i}_close": "1500" for i in (1, 2, 3)}
        | {"hours_5_open": "0730", "hours_5_close": "1600"}
        | {"hours_6_open": "0800", "hours_6_close": "1330"},
    ),
    "storyfront": (
        "/tell",
        {"shop": NAME, "guild": "Bakers", "story_html": f"<p>{LONG}</p>", "street": STREET}
        | {"city": CITY, "province": "ME", "postal": ZIP, "ring": PHONE, "letters": EMAIL}
        | {"web": WEB},
    ),
    "cleanlist": (
        "/add-your-listing",
        {"name": NAME, "what": "Bakery", "street": STREET, "city": CITY, "state": "ME"}
        | {"zip": ZIP, "phone": PHONE, "email": EMAIL, "homepage_link": WEB, "about": MIDDLE}
        | {"website": "", "url": "", "second-name": ""},
    ),
    "verifile": (
        "/file",
        {"company_name": NAME, "line_of": "Bakers", "addr": STREET, "city": CITY}
        | {"state": "ME", "zip": ZIP, "phone": PHONE, "email": EMAIL, "email_again": EMAIL}
        | {"web": WEB},
    ),
    "guildhall": (
        "/my/listings/new",
        {"title": NAME, "craft": "Baker", "addr": STREET, "city": CITY, "phone": PHONE}
        | {"web": WEB, "descr": LONG},
    ),
    "signpost": (
        "/submit.php",
        {"TITLE": NAME, "URL": WEB, "DESCRIPTION": LONG, "PHONE": PHONE, "CATEGORY_ID": "3"}
        | {"OWNER_NAME": "Nora Whitcomb", "OWNER_EMAIL": EMAIL},
    ),
    "hashgate": (
        "/add",
        {"entry_name": NAME, "homepage": WEB, "street": STREET, "city": CITY, "state": "ME"}
        | {"zip": ZIP, "phone": PHONE, "email": EMAIL, "section": "bakeries", "descr": LONG},
    ),
    "old-mill": (
        "/enter.asp",
        {"txtShop": NAME, "txtOwner": "Nora Whitcomb", "txtStreet": STREET, "txtCity": CITY}
        | {"txtZip": ZIP, "txtPhone": PHONE, "txtEmail": EMAIL, "txtWeb": WEB}
        | {"txtState": "Maine", "optSort": "Baker", "txtText": LONG},
    ),
    "flicker": (
        "/places/new",
        {"place": NAME, "street": STREET, "city": CITY, "state": "ME", "zip": ZIP}
        | {"tel": PHONE, "email": EMAIL, "web": WEB, "tag": "Bakery", "note": SHORT},
    ),
    "hiccup": (
        "/list-me",
        {"business": NAME, "category": "Bakery", "address": STREET, "city": CITY, "zip": ZIP}
        | {"state": "ME", "phone": PHONE, "email": EMAIL, "homepage": WEB, "blurb": LONG},
    ),
    "widgetworks": (
        "/f/7731",
        {"q1": NAME, "q2": "Bakery or dessert shop", "q3": STREET, "q4": CITY, "q5": "Maine"}
        | {"q6": ZIP, "q7": PHONE, "q8": EMAIL, "q9": WEB, "q10": LONG},
    ),
    "town-square": (
        "/claim-a-spot",
        {"trader": NAME, "street": STREET, "city": CITY, "phone": PHONE, "email": EMAIL}
        | {"website": WEB, "stall": "Bread & pastry"},
    ),
    "link-garden": (
        "/submit?c=0",
        {"TITLE": NAME, "URL": WEB, "DESCRIPTION": MIDDLE, "META_KEYWORDS": "sourdough, bread"}
        | {"OWNER_NAME": "Nora Whitcomb", "OWNER_EMAIL": EMAIL, "CATEGORY_ID": "25"}
        | {"LINK_TYPE": "normal", "AGREERULES": "on"},
    ),
    "editors-desk": (
        "/submit-a-business/",
        {"business_title": NAME, "business_category[]": ["1", "3"], "terms": "1"}
        | {"business_location": f"{STREET}, {CITY}, ME {ZIP}", "business_description": LONG}
        | {"contact_person": "Nora Whitcomb", "business_phone": PHONE, "business_email": EMAIL}
        | {"business_website": WEB, "business_twitter": str(PROFILE.social.x)},
    ),
    "branchenspiegel": (
        "/firma-eintragen",
        {"firma": NAME, "branche": "Bäckerei / Konditorei", "strasse": "Harbor Lane"}
        | {"hausnr": "14", "plz": ZIP, "ort": CITY, "land": "1", "telefon": "+1 207 555 0142"}
        | {"telefax": "+1 207 555 0144", "email": EMAIL, "internet": WEB, "anrede": "2"}
        | {"beschreibung": LONG, "vorname": "Nora", "nachname": "Whitcomb", "dsgvo": "1"},
    ),
    "guia-del-barrio": (
        "/anunciar",
        {"nombre_negocio": NAME, "rubro": "Panadería y pastelería", "descripcion": MIDDLE}
        | {"direccion": STREET, "ciudad": CITY, "provincia": "Maine", "cp": ZIP}
        | {"pais": "Estados Unidos", "telefono": "+1 207 555 0142", "correo": EMAIL}
        | {"web": WEB, "persona": "Nora Whitcomb", "acepto": "si"},
    ),
    "annuaire-des-metiers": (
        "/inscription",
        {"raison_sociale": "Harbor Lane Bakery LLC", "enseigne": NAME, "presentation": LONG}
        | {"activite": "Boulangerie, pâtisserie", "adresse": STREET, "complement": "Suite 2"}
        | {"code_postal": ZIP, "ville": CITY, "pays": "US", "tel": PHONE, "courriel": EMAIL}
        | {"site": WEB, "civilite": "Mme", "nom": "Whitcomb", "prenom": "Nora", "cgu": "1"},
    ),
    "quiet-index": (
        "/write",
        {"who": NAME, "where": f"{STREET}, {CITY}, ME {ZIP}", "tel": PHONE, "mail": EMAIL}
        | {"web": WEB, "words": SHORT},
    ),
    "main-street": (
        "/biz/start",
        {
            f"biz[{name}]": value
            for name, value in {
                "name": NAME,
                "address1": STREET,
                "address2": "Suite 2",
                "city": CITY,
                "state": "ME",
                "zip": ZIP,
                "phone": PHONE,
                "url": WEB,
                "email": EMAIL,
                "price": "2",
            }.items()
        }
        | {"biz[categories][]": ["Bakeries", "Coffee & Tea"]},
    ),
    "shuffle": (
        "/deal-me-in",
        {"sh_title": NAME, "sh_suit": "Bakeries", "sh_text": LONG, "sh_addr": STREET}
        | {"sh_city": CITY, "sh_zip": ZIP, "sh_state": "ME", "sh_phone": PHONE}
        | {"sh_mail": EMAIL, "sh_web": WEB},
    ),
    "pinwheel": (
        "/business/create",
        {"title": NAME, "addressLine": STREET, "locality": CITY, "administrativeArea": "ME"}
        | {"postalCode": ZIP, "phone": PHONE, "ownerEmail": EMAIL, "websiteUri": WEB}
        | {"primaryCategory": "Bakery"},
    ),
    "handwritten": (
        "/sign",
        {"shop": NAME, "sort": "bakery", "town": CITY, "ring": PHONE, "write": EMAIL},
    ),
    "civic-register": (
        "/register-business",
        {"bn": NAME, "ad": STREET, "ci": CITY, "ea": EMAIL, "st": "ME", "zc": ZIP},
    ),
    "brandboard": (
        "/brands/add",
        {"brand": NAME, "slogan": PROFILE.tagline, "industry": "Baked goods", "founded": "2009"}
        | {"about": LONG, "city": CITY, "state": "ME", "phone": PHONE, "press_mail": EMAIL}
        | {"website": WEB, "facebook": str(PROFILE.social.facebook)}
        | {"linkedin": str(PROFILE.social.linkedin)},
    ),
    "broadsheet": (
        "/place-a-notice",
        {"n_name": NAME, "n_street": STREET, "n_city": CITY, "n_zip": ZIP, "n_phone": PHONE}
        | {"n_mail": EMAIL, "n_web": WEB, "n_state": "ME", "n_text": LONG}
        | {"n_column": "Bakers & Confectioners"},
    ),
}
INSTALIST = {"title": NAME, "cat": "Bakeries", "desc": MIDDLE, "street": STREET, "city": CITY} | {
    "state": "Maine", "zip": ZIP, "phone": PHONE, "email": EMAIL, "web": WEB
}  # fmt: skip
REACTORY = {"businessName": NAME, "category": "Bakery", "streetAddress": STREET} | {
    "locality": CITY, "region": "ME", "zip": ZIP, "telephone": PHONE,
    "emailAddress": EMAIL, "websiteUrl": WEB, "summary": LONG,
}  # fmt: skip
STEPS: list[Answers] = [
    {"org": NAME, "sector": "Bakery and confectionery", "first": "Nora", "last": "Whitcomb"}
    | {"mailbox": EMAIL},
    {"road": STREET, "place": CITY, "usstate": "Maine", "code": ZIP, "ring": PHONE},
    {"home": WEB, "words": LONG, "since": "2009", "agree": "1"},
]


def hidden(page: httpx.Response) -> dict[str, str]:
    """The hidden values of the page's forms, as a browser would send them back."""
    found = lxml.html.fromstring(page.text).xpath("//input[@type='hidden']")
    return {box.get("name"): box.get("value", "") for box in found}


def captcha_code(town: RunningTown, visitor: httpx.Client) -> str:
    """What a person reads in the picture, taken from the site's own database."""
    with closing(sqlite3.connect(town.data_dir / "signpost.sqlite")) as db:
        row = db.execute(
            "SELECT content FROM _sessions WHERE sid = ?", (visitor.cookies["PHPSESSID"],)
        ).fetchone()
    return str(json.loads(row[0])["code"])


def work(page: httpx.Response) -> str:
    """The puzzle's answer, found as the page's script finds it."""
    gate = lxml.html.fromstring(page.text).get_element_by_id("gate")
    salt, goal, most = gate.get("data-salt"), gate.get("data-goal"), int(gate.get("data-most"))
    number = next(
        n for n in range(most + 1) if hashlib.sha256(f"{salt}{n}".encode()).hexdigest() == goal
    )
    return f"{salt}:{number}"


def submit(town: RunningTown, slug: str, *, presses: int = 1, **changes: Any) -> httpx.Response:
    """Fills in the form of *slug* and presses its last button *presses* times.

    changes: other values for the form's own names. Comes back with the last answer.
    """
    with town.visitor(slug) as visitor:
        press = _ready(town, slug, visitor, changes)
        for _ in range(presses - 1):
            press()
        return press()


def _ready(
    town: RunningTown, slug: str, visitor: httpx.Client, changes: Answers
) -> Callable[[], httpx.Response]:
    if slug == "instalist":
        return lambda: visitor.post("/api/posts", json=INSTALIST | changes)
    if slug == "reactory":
        call = {"operationName": "AddListing", "variables": {"input": REACTORY | changes}}
        return lambda: visitor.post("/graphql", json=call)
    if slug == "step-right":
        visitor.post("/join/1", data=STEPS[0] | changes)
        visitor.post("/join/2", data=STEPS[1] | changes)
        return lambda: visitor.post("/join/3", data=STEPS[2] | changes)
    path, typed = FORMS[slug]
    answers = typed | changes
    if slug == "brandboard":
        files = {"logo_file": answers.pop("logo_file", ("logo.png", LOGO, "image/png"))}
        return lambda: visitor.post(path, data=answers, files=files)
    if slug == "broadsheet":
        draft = hidden(visitor.post(path, data=answers))
        return lambda: visitor.post("/place-a-notice/publish", data=draft)
    answers = _found_first(town, slug, visitor) | answers
    return lambda: visitor.post(path, data=answers)


def _found_first(town: RunningTown, slug: str, visitor: httpx.Client) -> Answers:
    """What a visit of other pages adds to the answers; some sites just want to be visited."""
    match slug:
        case "localoop" | "editors-desk":
            return hidden(visitor.get(town.directory(slug).submit_url))
        case "guildhall":
            password = {"password": "flour and water", "password2": "flour and water"}
            visitor.post("/register", data={"member_name": "Nora", "user": EMAIL} | password)
        case "signpost":
            visitor.get("/submit.php")
            return {"CAPTCHA": captcha_code(town, visitor)}
        case "hashgate":
            return {"gate_answer": work(visitor.get("/add"))}
        case "hiccup":
            path, typed = FORMS[slug]
            visitor.post(path, data=typed)
    return {}

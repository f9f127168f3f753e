"""A German directory: salutation, street and number apart, postal code before the town, consent."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site, picked
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!DOCTYPE html><html lang="de"><head><meta charset="utf-8"><title>{{ title }} | Branchenspiegel</title><style>body{margin:0;font:15px/1.5 "Open Sans",Arial,sans-serif;color:#222;background:#f6f6f6}header{background:#004a93;color:#fff;padding:14px 5%}header a{color:#fff;margin-left:22px}.inhalt{max-width:760px;margin:20px auto;background:#fff;padding:20px 34px;border-top:4px solid #ffcc00}
.zeile{display:flex;margin:10px 0;align-items:center}.zeile label{flex:0 0 200px}.zeile input,.zeile select,.zeile textarea{flex:1;padding:7px;border:1px solid #bbb}.zeile input.kurz{flex:0 0 90px;margin-left:8px}.fehler{color:#c00;font-size:13px;margin-left:200px}.hinweis{background:#fff8dc;padding:10px;border:1px solid #fc0}.senden{background:#004a93;color:#fff;border:0;padding:12px 34px}footer{font-size:12px;padding:20px 5%}</style></head>
<body><header><b>Branchenspiegel</b><a href="/">Startseite</a><a href="/firma-eintragen">Firma eintragen</a><a href="/kontakt">Kontakt</a></header><div class="inhalt">{{ body }}</div><footer>Impressum · Datenschutz · AGB <form method="post" action="/newsletter" style="display:inline">Newsletter: <input name="mail" placeholder="E-Mail-Adresse"><button>Anmelden</button></form></footer></body></html>"""

FORM = """<h1>Firma kostenlos eintragen</h1><p>Pflichtfelder sind mit * gekennzeichnet.</p><form method="post" action="/firma-eintragen">{% macro zeile(name, label, art="text") %}<div class="zeile"><label for="{{ name }}">{{ label }}</label><input type="{{ art }}" id="{{ name }}" name="{{ name }}" value="{{ v[name] }}"></div>{% if e[name] %}<div class="fehler">{{ e[name] }}</div>{% endif %}{% endmacro %}
<h3>Angaben zur Firma</h3>{{ zeile("firma", "Firmenname *") }}<div class="zeile"><label for="branche">Branche *</label><select id="branche" name="branche"><option value="">Bitte wählen</option>{% for b in branchen %}<option {{ "selected" if v.branche == b }}>{{ b }}</option>{% endfor %}</select></div>{% if e.branche %}<div class="fehler">{{ e.branche }}</div>{% endif %}
<div class="zeile"><label for="strasse">Straße / Hausnr. *</label><input id="strasse" name="strasse" value="{{ v.strasse }}"><input class="kurz" name="hausnr" aria-label="Hausnummer" value="{{ v.hausnr }}"></div>{% if e.strasse %}<div class="fehler">{{ e.strasse }}</div>{% endif %}<div class="zeile"><label for="plz">PLZ / Ort *</label><input class="kurz" style="margin:0 8px 0 0" id="plz" name="plz" aria-label="PLZ" value="{{ v.plz }}"><input name="ort" aria-label="Ort" value="{{ v.ort }}"></div>{% if e.ort %}<div class="fehler">{{ e.ort }}</div>{% endif %}
<div class="zeile"><label for="land">Land *</label><select id="land" name="land"><option value="">Bitte wählen</option>{% for k, n in laender.items() %}<option value="{{ k }}" {{ "selected" if v.land == k }}>{{ n }}</option>{% endfor %}</select></div>{% if e.land %}<div class="fehler">{{ e.land }}</div>{% endif %}{{ zeile("telefon", "Telefon *", "tel") }}{{ zeile("telefax", "Telefax") }}{{ zeile("email", "E-Mail *", "email") }}{{ zeile("internet", "Internetadresse") }}
<div class="zeile"><label for="beschreibung">Beschreibung</label><textarea id="beschreibung" name="beschreibung" rows="5">{{ v.beschreibung }}</textarea></div><h3>Ansprechpartner</h3><div class="zeile"><label for="anrede">Anrede *</label><select id="anrede" name="anrede"><option value="">Bitte wählen</option><option value="2" {{ "selected" if v.anrede == "2" }}>Frau</option><option value="1" {{ "selected" if v.anrede == "1" }}>Herr</option><option value="3">Keine Angabe</option></select></div>{% if e.anrede %}<div class="fehler">{{ e.anrede }}</div>{% endif %}
{{ zeile("vorname", "Vorname *") }}{{ zeile("nachname", "Nachname *") }}<p><input type="checkbox" id="dsgvo" name="dsgvo" value="1"> <label for="dsgvo">Ich habe die Datenschutzerklärung gelesen und stimme den AGB zu. *</label></p>{% if e.dsgvo %}<div class="fehler">{{ e.dsgvo }}</div>{% endif %}<button class="senden">Eintrag absenden</button></form>"""

BRANCHEN = listed(
    "Apotheke|Autohaus|Bäckerei / Konditorei|Friseur|Gaststätte|Handwerk|Metzgerei|Rechtsanwalt|Zahnarzt"
)
LAENDER = {
    "49": "Deutschland",
    "43": "Österreich",
    "41": "Schweiz",
    "33": "Frankreich",
    "44": "Vereinigtes Königreich",
    "1": "Vereinigte Staaten von Amerika",
}
ANREDEN = {"1": "Herr", "2": "Frau", "3": ""}

site = Site(
    slug="branchenspiegel",
    name="Branchenspiegel",
    hard="German: house number apart, postal code before the town, countries by dialling code, consent.",
    submit="/firma-eintragen",
    table="firmen",
    columns={
        "firma": Field.BUSINESS_NAME,
        "branche": Field.CATEGORY,
        "strasse": None,
        "hausnr": Field.HOUSE_NUMBER,
        "plz": Field.POSTAL_CODE,
        "ort": Field.CITY,
        "land": None,
        "telefon": Field.PHONE,
        "telefax": Field.FAX,
        "email": Field.EMAIL,
        "internet": Field.WEBSITE,
        "beschreibung": Field.DESCRIPTION,
        "anrede": None,
        "vorname": Field.CONTACT_FIRST_NAME,
        "nachname": Field.CONTACT_LAST_NAME,
    },
    derived={
        Field.STREET: lambda row: picked(row, "strasse", "hausnr"),
        Field.COUNTRY: lambda row: LAENDER[row["land"]],
        Field.CONTACT_TITLE: lambda row: ANREDEN.get(row["anrede"], ""),
    },
    layout=LAYOUT,
    right_categories=frozenset({"Bäckerei / Konditorei"}),
    language="de",
    search="/suche?begriff={name}",
)
show_listings(
    site,
    Habit.CARDS,
    search="/suche",
    asked="begriff",
    listing="/firma/{id}",
    heading="Suchergebnisse",
    none="Keine Treffer.",
)
site.decoy("/newsletter", "Vielen Dank für Ihre Anmeldung.")
site.decoy("/kontakt", "Vielen Dank für Ihre Nachricht.")


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>Firmen finden</h1><form action='/suche'><input name='begriff' placeholder='Firma oder Branche'> <button>Suchen</button></form>"
    )


@site.get("/kontakt")
def contact(visit: Visit) -> str:
    return visit.page(
        "<h1>Kontakt</h1><form method='post' action='/kontakt'>Name <input name='name'> E-Mail <input name='email'> Nachricht <textarea name='nachricht'></textarea><button>Senden</button></form>"
    )


def show(visit: Visit, errors: dict[str, str]) -> str:
    return visit.page(FORM, "Firma eintragen", branchen=BRANCHEN, laender=LAENDER, e=errors)


@site.get("/firma-eintragen")
def form(visit: Visit) -> str:
    return show(visit, {})


@site.post("/firma-eintragen")
def add(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(
        v,
        dict.fromkeys(
            listed("firma|branche|strasse|land|anrede|vorname|nachname"), "Bitte ausfüllen."
        ),
    )
    if not (v["plz"] and v["ort"]):
        errors["ort"] = "Bitte PLZ und Ort angeben."
    if v["strasse"] and not v["hausnr"]:
        errors["strasse"] = "Bitte die Hausnummer angeben."
    if v["land"] not in LAENDER:
        errors["land"] = "Bitte ein Land wählen."
    if not is_phone(v["telefon"]):
        errors["telefon"] = "Bitte eine gültige Telefonnummer angeben."
    if not is_email(v["email"]):
        errors["email"] = "Bitte eine gültige E-Mail-Adresse angeben."
    if not v["dsgvo"]:
        errors["dsgvo"] = "Ohne Ihre Zustimmung können wir den Eintrag nicht aufnehmen."
    if errors:
        return show(visit, errors)
    number = visit.store.add(v)
    return visit.page(
        "<div class='hinweis'><b>Vielen Dank!</b> Ihr Eintrag wurde gespeichert und ist ab sofort online: <a href='/firma/{{ n }}'>{{ v.firma }}</a></div>",
        "Eintrag gespeichert",
        n=number,
    )

"""A Spanish guide: words after their boxes, opening in the morning and afternoon, consent in small."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import is_email, is_phone, listed, missing
from dbolt.sandbox.public import Habit, show_listings
from dbolt.sandbox.site import Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!DOCTYPE html><html lang="es"><head><meta charset="utf-8"><title>{{ title }} · Guía del Barrio</title><style>body{margin:0;font:16px/1.5 Raleway,Verdana,sans-serif;background:#fff6ec;color:#3d2b1f}.cab{background:linear-gradient(90deg,#c1440e,#f2a541);color:#fff;padding:22px 8%}.cab a{color:#fff;margin-left:20px}.cont{margin:24px 8%;max-width:640px}
.campo{margin:14px 0}.campo b{color:#c1440e}.campo input:not([type=checkbox]),.campo select,.campo textarea{display:block;width:100%;box-sizing:border-box;padding:8px;border:2px solid #f2c793;border-radius:6px;font:inherit;background:#fff}.mal{color:#a11}.bien{background:#e4f5dd;padding:14px}.boton{background:#c1440e;color:#fff;border:0;border-radius:6px;padding:12px 34px;font:inherit}.card{background:#fff;padding:10px 18px;margin:10px 0}</style></head>
<body><div class="cab"><b>Guía del Barrio</b><a href="/">Inicio</a><a href="/anunciar">Anunciar mi negocio</a></div><div class="cont">{{ body }}</div></body></html>"""

FORM = """<h1>Anuncia tu negocio</h1>{% if e %}<p class="mal" role="alert">Revisa los campos marcados.</p>{% endif %}<form method="post" action="/anunciar">{% macro campo(n, t, obligatorio=True, tipo="text") %}<div class="campo">{{ t }}{% if obligatorio %} <b>*</b>{% endif %}<input type="{{ tipo }}" name="{{ n }}" value="{{ v[n] }}">{% if e[n] %}<span class="mal">{{ e[n] }}</span>{% endif %}</div>{% endmacro %}
{{ campo("nombre_negocio", "Nombre del negocio") }}<div class="campo">Rubro <b>*</b><select name="rubro"><option value="">Elige un rubro</option>{% for r in rubros %}<option {{ "selected" if v.rubro == r }}>{{ r }}</option>{% endfor %}</select>{% if e.rubro %}<span class="mal">{{ e.rubro }}</span>{% endif %}</div>
<div class="campo">Descripción<textarea name="descripcion" rows="4" maxlength="300">{{ v.descripcion }}</textarea></div>{{ campo("direccion", "Calle y número") }}{{ campo("ciudad", "Ciudad") }}{{ campo("provincia", "Provincia / Estado", False) }}{{ campo("cp", "Código postal") }}<div class="campo">País <b>*</b><select name="pais"><option value="">Elige un país</option>{% for p in paises %}<option {{ "selected" if v.pais == p }}>{{ p }}</option>{% endfor %}</select>{% if e.pais %}<span class="mal">{{ e.pais }}</span>{% endif %}</div>
{{ campo("telefono", "Teléfono", True, "tel") }}{{ campo("correo", "Correo electrónico", True, "email") }}{{ campo("web", "Sitio web", False) }}{{ campo("persona", "Persona de contacto") }}<div class="campo"><input type="checkbox" name="acepto" value="si"> Acepto las condiciones de uso <b>*</b>{% if e.acepto %} <span class="mal">{{ e.acepto }}</span>{% endif %}</div><div class="campo"><input type="checkbox" name="boletin" value="si"> Quiero recibir el boletín</div><button class="boton">Publicar anuncio</button></form>"""

RUBROS = listed(
    "Abogados|Carnicería|Dentista|Ferretería|Floristería|Panadería y pastelería|Peluquería|Restaurante|Taller"
)
PAISES = listed("Argentina|Chile|Colombia|España|Estados Unidos|México|Perú|Uruguay")

site = Site(
    slug="guia-del-barrio",
    name="Guía del Barrio",
    hard="Spanish, without labels; a newsletter box beside the terms that must stay empty.",
    submit="/anunciar",
    table="anuncios",
    columns={
        "nombre_negocio": Field.BUSINESS_NAME,
        "rubro": Field.CATEGORY,
        "descripcion": Field.DESCRIPTION,
        "direccion": Field.STREET,
        "ciudad": Field.CITY,
        "provincia": Field.STATE,
        "cp": Field.POSTAL_CODE,
        "pais": Field.COUNTRY,
        "telefono": Field.PHONE,
        "correo": Field.EMAIL,
        "web": Field.WEBSITE,
        "persona": Field.CONTACT_NAME,
        "boletin": Field.NEWSLETTER,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Panadería y pastelería"}),
    language="es",
    search="/buscar?q={name}",
)
show_listings(
    site,
    Habit.CARDS,
    search="/buscar",
    listing="/negocio/{id}",
    heading="Resultados",
    none="Sin resultados.",
)


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>Todo cerca de casa</h1><form action='/buscar'><input name='q' placeholder='¿Qué buscas?'> <button class='boton'>Buscar</button></form>"
    )


def show(visit: Visit, errors: dict[str, str]) -> str:
    return visit.page(FORM, "Anunciar", rubros=RUBROS, paises=PAISES, e=errors)


@site.get("/anunciar")
def form(visit: Visit) -> str:
    return show(visit, {})


@site.post("/anunciar")
def publish(visit: Visit) -> Answer:
    v = visit.form
    errors = missing(
        v,
        dict.fromkeys(
            listed("nombre_negocio|rubro|direccion|ciudad|cp|pais|persona"),
            "Este campo es obligatorio.",
        ),
    )
    if not is_phone(v["telefono"]):
        errors["telefono"] = "El teléfono no es válido."
    if not is_email(v["correo"]):
        errors["correo"] = "El correo no es válido."
    if not v["acepto"]:
        errors["acepto"] = "Debes aceptar las condiciones."
    if errors:
        return show(visit, errors)
    number = visit.store.add(v)
    return visit.page(
        "<div class='bien'>¡Listo! Tu anuncio ha sido publicado. <a href='/negocio/{{ n }}'>Ver anuncio</a></div>",
        "Anuncio publicado",
        n=number,
    )

"""A French directory: labels around their boxes, courtesy titles as radios, entries read by editors."""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.sandbox.checks import is_email, is_phone, listed, missing
from dbolt.sandbox.site import IN_REVIEW, Site
from dbolt.sandbox.visit import Answer, Visit

LAYOUT = """<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{{ title }} - Annuaire des métiers</title><style>body{margin:0;font:15px/1.6 Lato,Arial,sans-serif;color:#20304a}.haut{padding:20px 6%;border-bottom:6px solid #20304a;display:flex;gap:26px;align-items:baseline}.haut b{font-size:24px;color:#b5179e}.corps{margin:24px 6%;max-width:600px}
.corps label{display:block;margin:10px 0}.corps label>input:not([type=radio]):not([type=checkbox]),.corps select,.corps textarea{display:block;width:100%;box-sizing:border-box;padding:8px;border:1px solid #8a94a8}.corps label.en-ligne{display:inline-block;margin-right:16px}.erreur{color:#b00020}.merci{background:#f3e5f5;padding:14px}button{background:#b5179e;color:#fff;border:0;padding:11px 30px}</style></head>
<body><div class="haut"><b>Annuaire des métiers</b><a href="/">Accueil</a><a href="/inscription">Inscrire une entreprise</a><form action="/recherche"><input name="mots" placeholder="Quoi, qui ?"><button>Chercher</button></form></div><div class="corps">{{ body }}</div></body></html>"""

FORM = """<h1>Inscrire une entreprise</h1>{% for m in e.values() %}<p class="erreur">{{ m }}</p>{% endfor %}<form method="post" action="/inscription"><label>Raison sociale * <input name="raison_sociale" value="{{ v.raison_sociale }}"></label><label>Enseigne (nom commercial) * <input name="enseigne" value="{{ v.enseigne }}"></label>
<label>Activité * <select name="activite"><option value="">Choisissez</option>{% for g, acts in groupes.items() %}<optgroup label="{{ g }}">{% for a in acts %}<option {{ "selected" if v.activite == a }}>{{ a }}</option>{% endfor %}</optgroup>{% endfor %}</select></label><label>Présentation <textarea name="presentation" rows="4">{{ v.presentation }}</textarea></label>
<label>Adresse * <input name="adresse" value="{{ v.adresse }}"></label><label>Complément d’adresse <input name="complement" value="{{ v.complement }}"></label><label>Code postal * <input name="code_postal" value="{{ v.code_postal }}"></label><label>Ville * <input name="ville" value="{{ v.ville }}"></label><label>Pays * <select name="pays"><option value=""></option>{% for k, n in pays.items() %}<option value="{{ k }}" {{ "selected" if v.pays == k }}>{{ n }}</option>{% endfor %}</select></label>
<label>Téléphone * <input type="tel" name="tel" value="{{ v.tel }}"></label><label>Courriel * <input name="courriel" value="{{ v.courriel }}"></label><label>Site internet <input name="site" value="{{ v.site }}"></label><p>Responsable *<br>{% for c in ("Mme", "M.") %}<label class="en-ligne"><input type="radio" name="civilite" value="{{ c }}" {{ "checked" if v.civilite == c }}> {{ c }}</label>{% endfor %}</p>
<label>Nom * <input name="nom" value="{{ v.nom }}"></label><label>Prénom * <input name="prenom" value="{{ v.prenom }}"></label><label><input type="checkbox" name="cgu" value="1"> J’accepte les conditions générales *</label><button>Envoyer</button></form>"""

GROUPES = {
    "Alimentation": ["Boucherie", "Boulangerie, pâtisserie", "Fromagerie", "Poissonnerie"],
    "Bâtiment": ["Couvreur", "Maçon", "Plombier"],
    "Santé": ["Dentiste", "Opticien", "Pharmacie"],
}
PAYS = {
    "BE": "Belgique",
    "CA": "Canada",
    "US": "États-Unis",
    "FR": "France",
    "LU": "Luxembourg",
    "CH": "Suisse",
}

site = Site(
    slug="annuaire-des-metiers",
    name="Annuaire des métiers",
    hard="French: legal and trade name apart, grouped options, last name before first, editors.",
    submit="/inscription",
    table="entreprises",
    columns={
        "raison_sociale": Field.LEGAL_NAME,
        "enseigne": Field.BUSINESS_NAME,
        "activite": Field.CATEGORY,
        "presentation": Field.DESCRIPTION,
        "adresse": Field.STREET,
        "complement": Field.UNIT,
        "code_postal": Field.POSTAL_CODE,
        "ville": Field.CITY,
        "pays": Field.COUNTRY,
        "tel": Field.PHONE,
        "courriel": Field.EMAIL,
        "site": Field.WEBSITE,
        "civilite": Field.CONTACT_TITLE,
        "nom": Field.CONTACT_LAST_NAME,
        "prenom": Field.CONTACT_FIRST_NAME,
    },
    layout=LAYOUT,
    right_categories=frozenset({"Boulangerie, pâtisserie"}),
    expected=IN_REVIEW,
    language="fr",
)


@site.get("/")
def home(visit: Visit) -> str:
    return visit.page(
        "<h1>Trouvez un professionnel</h1><p>{{ n }} entreprises inscrites.</p>",
        n=len(visit.store.rows("published")),
    )


@site.get("/recherche")
def search(visit: Visit) -> str:
    word = visit.query["mots"].casefold()
    rows = [r for r in visit.store.rows("published") if word in r["enseigne"].casefold()]
    return visit.page(
        "<h1>Résultats</h1>{% for r in rows %}<p>{{ r.enseigne }}</p>{% else %}<p>Aucun résultat.</p>{% endfor %}",
        rows=rows,
    )


def show(visit: Visit, errors: dict[str, str]) -> str:
    return visit.page(FORM, "Inscription", groupes=GROUPES, pays=PAYS, e=errors)


@site.get("/inscription")
def form(visit: Visit) -> str:
    return show(visit, {})


@site.post("/inscription")
def enrol(visit: Visit) -> Answer:
    v = visit.form
    needed = listed(
        "raison_sociale|enseigne|activite|adresse|code_postal|ville|pays|civilite|nom|prenom"
    )
    errors = missing(v, {n: f"Le champ « {n.replace('_', ' ')} » est obligatoire." for n in needed})
    if not is_phone(v["tel"]):
        errors["tel"] = "Le numéro de téléphone n’est pas valable."
    if not is_email(v["courriel"]):
        errors["courriel"] = "L’adresse de courriel n’est pas valable."
    if not v["cgu"]:
        errors["cgu"] = "Vous devez accepter les conditions générales."
    if errors:
        return show(visit, errors)
    visit.store.add(v, "pending")
    return visit.page(
        "<div class='merci'>Merci ! Votre inscription a bien été reçue. Elle sera examinée par notre équipe avant d’être publiée.</div>",
        "Merci",
    )

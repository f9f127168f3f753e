"""What does a form get to know of the person behind the business, and of an account?"""

from __future__ import annotations

from dbolt.domain.fields import Field
from dbolt.forms.values.ask import CHOICE_WIDGETS, Ask, Offer
from dbolt.forms.values.fit import one_value
from dbolt.forms.values.text import fold

_TITLES: tuple[tuple[str, ...], ...] = (
    ("Mr", "Mr.", "Mister", "Herr", "M.", "Monsieur", "Sr.", "Señor", "Sig.", "Signor", "Senhor",
     "Dhr.", "De heer", "Heer", "Pan"),
    ("Mrs", "Mrs.", "Ms", "Ms.", "Miss", "Frau", "Mme", "Madame", "Sra.", "Señora", "Sig.ra",
     "Signora", "Senhora", "Mevr.", "Mevrouw", "Pani"),
    ("Mx", "Mx.", "Divers", "Non-binary"),
    ("Dr", "Dr.", "Doctor"),
    ("Prof", "Prof.", "Professor"),
)  # fmt: skip
_RATHER_NOT = (
    "Prefer not to say", "Rather not say", "Keine Angabe", "Prefiero no decirlo",
    "Ne souhaite pas répondre", "Preferisco non dirlo", "Prefiro não dizer",
    "Zeg ik liever niet", "Wolę nie podawać",
)  # fmt: skip


def title(ask: Ask) -> Offer | None:
    """The form of address as told; where none is told, only an option that says nothing."""
    told = ask.profile.contact.title
    if not told:
        wanted = ask.control.required and ask.control.widget in CHOICE_WIDGETS
        return one_value(ask, _RATHER_NOT) if wanted else None
    group = next((g for g in _TITLES if fold(told) in {fold(t) for t in g}), ())
    return one_value(ask, [told, *group])


def contact(ask: Ask) -> Offer | None:
    """Names and role of the contact person, and the e-mail address."""
    told = ask.profile
    person = told.contact
    ways = {
        Field.CONTACT_NAME: [person.name, f"{person.last_name}, {person.first_name}"],
        Field.CONTACT_FIRST_NAME: [person.first_name],
        Field.CONTACT_LAST_NAME: [person.last_name],
        Field.CONTACT_ROLE: [person.role],
        Field.EMAIL: [told.email],
        Field.EMAIL_CONFIRM: [told.email],
    }
    return one_value(ask, ways[ask.field])


def account(ask: Ask) -> Offer | None:
    """User name and password, only from an account made for this directory."""
    if ask.account is None:
        return None
    if ask.field is Field.ACCOUNT_USERNAME:
        name = ask.account.username
        if ask.control.type == "email" and "@" not in name:
            name = ask.profile.email
        return one_value(ask, [name])
    offer = one_value(ask, [ask.account.password.get_secret_value()])
    return Offer(texts=offer.texts[:1], secret=True) if offer else None

"""What may be agreed to in the customer's name? Terms if they said so, a newsletter never."""

from __future__ import annotations

from dbolt.forms.page import Widget
from dbolt.forms.values.ask import CHOICE_WIDGETS, Ask, Offer
from dbolt.forms.values.fit import best_option

_YES = (
    "I agree", "Agree", "I accept", "Accept", "Yes", "Acepto", "Sí", "J'accepte", "Oui",
    "Ich stimme zu", "Akzeptieren", "Ja", "Accetto", "Sì", "Aceito", "Sim", "Akkoord",
    "Ik ga akkoord", "Zgadzam się", "Akceptuję", "Tak",
)  # fmt: skip
_NO = (
    "No", "No thanks", "No, thanks", "Never", "None", "Nein", "Nein, danke", "Non", "Non merci",
    "Não", "Nee", "Nie",
)  # fmt: skip


def terms(ask: Ask) -> Offer | None:
    """The box ticked if the customer has agreed that we accept terms; else nothing."""
    if not ask.profile.terms_agreed:
        return None
    if ask.control.widget is Widget.CHECKBOX and len(ask.control.options) <= 1:
        return Offer(ticked=True)
    if ask.control.widget in CHOICE_WIDGETS:
        option = best_option(ask.usable_options, _YES)
        return Offer(options=(option,)) if option else None
    return None


def newsletter(ask: Ask) -> Offer | None:
    """No: what is ticked already is unticked, and a choice gets its "No"."""
    if ask.control.widget is Widget.CHECKBOX and len(ask.control.options) <= 1:
        ticked = ask.control.checked or any(o.selected for o in ask.control.options)
        return Offer(unchecked=True) if ticked else None
    if ask.control.widget in CHOICE_WIDGETS:
        option = best_option(ask.usable_options, _NO)
        return Offer(options=(option,)) if option else None
    return None

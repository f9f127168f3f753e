"""What is to be done with one form, control by control, or why should nothing be done?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from dbolt.domain.fields import Field
from dbolt.domain.profile import Profile
from dbolt.domain.reasons import Reason
from dbolt.domain.submission import Account
from dbolt.forms.fees import is_card
from dbolt.forms.page import Control, Page, Widget
from dbolt.forms.reading import Act, Action, FieldGuess, FillPlan, Reading
from dbolt.forms.repair import repair
from dbolt.forms.values import Ask, Offer, value_for
from dbolt.forms.values.ask import CHOICE_WIDGETS, is_prompt
from dbolt.forms.values.levels import holds_category, holds_town, is_level, unnamed_levels
from dbolt.forms.values.networks import network_actions
from dbolt.forms.values.plans import without_surcharges
from dbolt.forms.values.signs import control_name, is_required, solves_itself

__all__ = ["control_name", "plan_fill", "repair"]

_ACT: dict[Widget, Act] = {
    Widget.COMBOBOX: Act.COMBOBOX,
    Widget.TAGS: Act.TAGS,
    Widget.RICH_TEXT: Act.RICH_TEXT,
    Widget.DATE_TIME: Act.DATE_TIME,
}
_FILES = frozenset({Widget.FILE, Widget.DROP_ZONE})
_PICKERS = frozenset({Widget.DATE_TIME, Widget.COMBOBOX, Widget.TAGS})
_ACCOUNT = frozenset(
    {Field.ACCOUNT_USERNAME, Field.ACCOUNT_PASSWORD, Field.ACCOUNT_PASSWORD_CONFIRM}
)


@dataclass(slots=True)
class _Draft:
    """The plan while it grows."""

    actions: list[Action] = field(default_factory=list)
    missing: list[Field] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    captcha: bool = False
    account: bool = False
    charges: str = ""


def plan_fill(
    page: Page,
    reading: Reading,
    profile: Profile,
    *,
    account: Account | None = None,
    today: date,
) -> FillPlan:
    """The actions for the form's visible controls, in document order.

    A control that is hidden, disabled, of a later step or looks like a trap is left alone. The
    actions are given even where `stop` says that they must not be sent, for the packet that a
    person gets. `detail` tells what stopped it, else what was chosen with little certainty.
    """
    draft = _Draft()
    rows = {a.ref: a for a in network_actions(_shown(page, reading), profile)}
    for ask, control in _asks(page, reading, profile, account, today):
        if control.ref in rows:
            draft.actions.append(rows[control.ref])
        elif ask is None:
            _unknown(draft, control)
        else:
            _plan_one(draft, ask)
    stop, detail = _stop(draft)
    return FillPlan(
        actions=tuple(draft.actions),
        missing=tuple(dict.fromkeys(draft.missing)),
        unsure=tuple(dict.fromkeys(draft.unsure)),
        stop=stop,
        detail=detail,
    )


def _shown(page: Page, reading: Reading) -> list[Control]:
    """The form's controls that a person could fill in."""
    guesses = {g.ref: g for g in reading.guesses}
    return [
        c
        for c in page.controls
        if (c.form == reading.form or c.ref in guesses) and _fillable(c, guesses.get(c.ref))
    ]


def _asks(
    page: Page, reading: Reading, profile: Profile, account: Account | None, today: date
) -> Iterator[tuple[Ask | None, Control]]:
    """Each control of the form that a person could fill in, as a question or (None) unknown."""
    guesses = {g.ref: g for g in reading.guesses}
    open_controls = _shown(page, reading)
    open_controls = without_surcharges(open_controls)
    known = {c.ref: (g.field, g.part) for c in open_controls if (g := guesses.get(c.ref))}
    fields = {ref: named for ref, (named, _) in known.items()}
    for ref in unnamed_levels(open_controls, fields):
        known[ref] = (Field.CATEGORY, "sub")
    lists = [c for c in open_controls if known.get(c.ref, (None,))[0] is Field.CATEGORY]
    if not any(c.options for c in lists):
        told = (c for c in open_controls if known.get(c.ref, (None,))[0] is None)
        trades = next((c for c in told if holds_category(c, profile, reading.language)), None)
        if trades is not None:
            known[trades.ref] = (Field.CATEGORY, "")
    if not any(field is Field.CITY for field, _ in known.values()):
        told = (c for c in open_controls if known.get(c.ref, (None,))[0] is None)
        towns = next((c for c in told if is_required(c) and holds_town(c, profile)), None)
        if towns is not None:
            known[towns.ref] = (Field.CITY, "")
    beside = frozenset(field for field, _ in known.values() if field is not None)
    seen: Counter[tuple[Field, str]] = Counter()
    for control in open_controls:
        named, part = known.get(control.ref, (None, ""))
        if named is None:
            yield None, control
            continue
        above = lists[: lists.index(control)] if control in lists else []
        if above and not part and is_level(control, above):
            part = "sub"
        key = (named, part)
        yield (
            Ask(
                control=replace(control, required=is_required(control)),
                field=named,
                profile=profile,
                today=today,
                part=part,
                nth=seen[key],
                beside=beside - {named},
                language=reading.language,
                account=account,
            ),
            control,
        )
        seen[key] += 1


def _fillable(control: Control, guess: FieldGuess | None) -> bool:
    if guess is not None and guess.trap:
        return False
    # A list to choose from may be drawn as a button that opens it.
    presses = control.type in {"submit", "button"} and control.widget is not Widget.COMBOBOX
    if control.disabled or control.step_hidden or control.type == "hidden" or presses:
        return False
    if control.readonly and control.widget not in _PICKERS:
        return False
    # Upload inputs are usually invisible behind a styled button; everything else that a person
    # cannot see stays as it is.
    return not control.hidden or control.widget in _FILES


def _unknown(draft: _Draft, control: Control) -> None:
    if control.widget is Widget.CAPTCHA:
        draft.captcha = draft.captcha or not solves_itself(control)
    elif is_required(control) and not _holds_value(control) and _could_hold(control):
        if is_card(control):
            draft.charges = control_name(control)
        draft.unsure.append(control_name(control))


def _holds_value(control: Control) -> bool:
    """Whether the page itself has put a value there already."""
    if control.options:
        return any(o.selected and not is_prompt(o) for o in control.options)
    if control.widget in {Widget.CHECKBOX, Widget.RADIO}:
        return control.checked
    return bool(control.value.strip())


def _could_hold(control: Control) -> bool:
    """False for a list that is still empty: it fills when another control has been set."""
    return control.widget is not Widget.SELECT or any(not is_prompt(o) for o in control.options)


def _plan_one(draft: _Draft, ask: Ask) -> None:
    control = ask.control
    if ask.field is Field.CAPTCHA or control.widget is Widget.CAPTCHA:
        draft.captcha = draft.captcha or not solves_itself(control)
        return
    offer = value_for(ask)
    if offer is not None:
        draft.actions.extend(_actions(ask, offer))
        if offer.sure < 0.5:
            draft.doubtful.append(control_name(control))
        return
    if _bars(draft, ask):
        return
    # A newsletter is never a reason to stop: if a form insists on it, the form will say so.
    optional = not control.required or ask.field is Field.NEWSLETTER
    if optional or not _could_hold(control):
        return
    if ask.field is Field.TERMS:
        if not (control.checked or any(o.selected for o in control.options)):
            draft.missing.append(ask.field)
    elif not _holds_value(control):
        if _told(ask):
            draft.unsure.append(control_name(control))
        else:
            draft.missing.append(ask.field)


def _bars(draft: _Draft, ask: Ask) -> bool:
    """Whether the want of a value stops everything: no free plan, no account."""
    if ask.field is Field.PLAN:
        draft.charges = control_name(ask.control)
        return True
    if ask.field in _ACCOUNT and ask.account is None:
        draft.account = True
        return True
    return False


def _told(ask: Ask) -> bool:
    """Whether the profile has the fact, so that it is the control that cannot take it."""
    bare = Control(ref=ask.control.ref, tag="input", type="text", widget=Widget.INPUT)
    return value_for(replace(ask, control=bare)) is not None


def _actions(ask: Ask, offer: Offer) -> Iterator[Action]:
    control = ask.control
    base = Action(
        ref=control.ref,
        field=ask.field,
        act=Act.TEXT,
        part=ask.part,
        control=control_name(control),
        secret=offer.secret,
    )
    if offer.file is not None:
        yield replace(base, act=Act.FILE, file=offer.file)
    elif control.widget is Widget.SELECT:
        yield replace(
            base,
            act=Act.SELECT,
            values=tuple(o.value for o in offer.options),
            alternates=tuple(o.value for o in offer.others if o not in offer.options),
        )
    elif control.widget in CHOICE_WIDGETS:
        yield from _boxes(control, base, offer)
    elif offer.tags:
        act = Act.TAGS if control.widget in {Widget.TAGS, Widget.COMBOBOX} else Act.TEXT
        yield replace(base, act=act, values=offer.tags)
    elif offer.texts and control.widget is Widget.COMBOBOX:
        # The driver looks for them in this order, so all of them are its values.
        yield replace(base, act=Act.COMBOBOX, values=offer.texts)
    elif offer.texts:
        yield replace(
            base,
            act=_ACT.get(control.widget, Act.TEXT),
            values=offer.texts[:1],
            alternates=offer.texts[1:],
        )


def _boxes(control: Control, base: Action, offer: Offer) -> Iterator[Action]:
    own = control.options[0].ref if len(control.options) == 1 and control.options[0].ref else ""
    if offer.unchecked:
        if control.checked or any(o.selected for o in control.options):
            yield replace(base, act=Act.UNCHECK, values=(own,) if own else ())
    elif offer.ticked:
        yield replace(base, act=Act.CHECK, values=(own,) if own else ())
    else:
        for option in offer.options:
            yield replace(
                base,
                act=Act.CHECK,
                values=(option.ref or option.value,),
                alternates=tuple(o.ref or o.value for o in offer.others if o not in offer.options)
                if control.widget is Widget.RADIO
                else (),
            )


def _stop(draft: _Draft) -> tuple[Reason | None, str]:
    """The reason to hand over, the gravest first, and one sentence about it."""
    missing = ", ".join(f.value for f in dict.fromkeys(draft.missing))
    unsure = ", ".join(dict.fromkeys(draft.unsure))
    grades: tuple[tuple[bool, Reason, str], ...] = (
        (
            bool(draft.charges),
            Reason.PAYMENT_REQUIRED,
            f"The form has no free choice: {draft.charges}.",
        ),
        (
            draft.captcha,
            Reason.CAPTCHA,
            "The form holds a captcha that a person has to solve.",
        ),
        (
            draft.account,
            Reason.LOGIN_REQUIRED,
            "The form asks for an account, and there is none for it.",
        ),
        (
            Field.TERMS in draft.missing,
            Reason.MISSING_VALUE,
            "The form's terms have to be agreed to by the customer first.",
        ),
        (
            bool(missing),
            Reason.MISSING_VALUE,
            f"The form requires what the profile does not have: {missing}.",
        ),
        (
            bool(unsure),
            Reason.UNSURE_OF_FORM,
            f"The form requires answers that are not certain: {unsure}.",
        ),
    )
    for holds, reason, sentence in grades:
        if holds:
            return reason, sentence
    if draft.doubtful:
        return None, f"Chosen for want of anything nearer: {', '.join(draft.doubtful)}."
    return None, ""

"""What does a form keep closed: sections to open, notices to read first, lists without a word?"""

from __future__ import annotations

from dataclasses import replace

from dbolt.browser import act
from dbolt.browser.act.picker import clickables
from dbolt.browser.run import Run
from dbolt.browser.settle import changed
from dbolt.domain.fields import Field
from dbolt.forms.buttons import doing
from dbolt.forms.contents import is_networks
from dbolt.forms.lexicon import languages_of, lexicon
from dbolt.forms.page import Control, Option, Page, Widget
from dbolt.forms.reading import Act, Action, Reading
from dbolt.forms.values.networks import wants_a_row
from dbolt.forms.values.parties import business_choice
from dbolt.forms.words import words
from dbolt.forms.wordsets import word_set

_OPENS_S = 1.0
_PLACES = frozenset({Field.STREET, Field.ADDRESS, Field.CITY})
_MEANT = frozenset({Field.CATEGORY, Field.EMPLOYEES, Field.PRICE_RANGE})
"""Fields whose choices have to be understood; of others it is known how they are spelled."""


async def opened(run: Run, page: Page, reading: Reading) -> bool:
    """Opens a closed section of the form, or reads a notice to its end; whether it tried to.

    Only what is closed and has a heading, a tab or a button to open it: a field that nothing
    leads to stays hidden. Each is tried once. A click that failed may have been heard as well.
    """
    if await _read_notices(run, page, reading):
        return True
    mine = [c for c in page.controls if c.form == reading.form and c.type != "hidden"]
    closed = [c.ref for c in mine if c.hidden and c.rect.w == 0 and c.rect.h == 0]
    closed += [c.ref for c in mine if c.hidden and c.ref not in closed and c.step_hidden]
    if not closed:
        return False
    untouched = run.unfolded | doing(page) | {reading.submit}
    ref = await act.opener(run.visit.page, closed, sorted(r for r in untouched if r))
    if ref is None:
        return False
    run.unfolded.add(ref)
    await act.unfold(run.visit.page, ref)
    await changed(run.visit.page, _OPENS_S)
    return True


async def _read_notices(run: Run, page: Page, reading: Reading) -> bool:
    """Scrolls a notice to its end where a box to agree with it is locked until then."""
    guesses = {g.ref: g.field for g in reading.guesses}
    locked = [
        c.ref
        for c in page.controls
        if c.disabled and not c.hidden and guesses.get(c.ref) is Field.TERMS
    ]
    if not locked or run.unfolded.issuperset(locked):
        return False
    run.unfolded.update(locked)
    return await act.read_to_the_end(run.visit.page, locked)


async def told_whose(run: Run, page: Page, reading: Reading) -> bool:
    """Says that it is a business's where the form asks; whether anything was set by that.

    Done before the rest, because what is asked of a person is another form.
    """
    mine = (c for c in page.controls if c.form == reading.form and not c.hidden and not c.disabled)
    chosen = [(c, o) for c in mine if (o := business_choice(c)) and c.ref not in run.unfolded]
    run.unfolded.update(control.ref for control, _ in chosen)
    actions = [
        Action(control.ref, Field.CATEGORY, Act.CHECK, (option.ref,))
        if control.widget is Widget.RADIO
        else Action(control.ref, Field.CATEGORY, Act.SELECT, (option.value,))
        for control, option in chosen
        if not option.selected
    ]
    await act.perform(run.visit.page, actions)
    return bool(actions)


async def added(run: Run, page: Page, reading: Reading) -> bool:
    """Adds the part for an address, where the form has none but a button that adds one."""
    if any(g.field in _PLACES for g in reading.guesses if not g.trap):
        return False
    known = lexicon(languages_of(page))
    for item in await clickables(run.visit.page):
        said = known.prepare(words(item.text))
        begins = bool(word_set("adds").intersection(words(item.text)[:1] + words(item.text)[-1:]))
        about = any(h.meaning in _PLACES for h in known.hits("fields", said))
        if item.in_form and not item.away and begins and about and item.ref not in run.unfolded:
            run.unfolded.add(item.ref)
            await act.unfold(run.visit.page, item.ref)
            await changed(run.visit.page, _OPENS_S)
            return True
    return False


async def row_added(run: Run, page: Page, reading: Reading) -> bool:
    """Adds a row for a further social network, where there are more links than rows."""
    mine = [c for c in page.controls if c.form == reading.form and not c.hidden]
    box = wants_a_row(mine, run.assignment.profile)
    known = f"a row more than {sum(map(is_networks, mine))}"
    if box is None or known in run.unfolded:
        return False
    run.unfolded.add(known)
    ref = await act.adder(run.visit.page, box.ref, sorted(word_set("adds")))
    if ref is None:
        return False
    await act.unfold(run.visit.page, ref)
    await changed(run.visit.page, _OPENS_S)
    return True


async def peeked(run: Run, page: Page, reading: Reading) -> None:
    """Notes the choices of lists that show them only while they are open."""
    guesses = {g.ref: g.field for g in reading.guesses if not g.trap}
    for control in page.controls:
        asked = guesses.get(control.ref) in _MEANT and control.widget is Widget.COMBOBOX
        if not asked or control.options or control.hidden or control.ref in run.offered:
            continue
        run.offered[control.ref] = tuple(await act.offered(run.visit.page, control.ref))


def with_offered(control: Control, run: Run) -> Control:
    """The control with the choices that it showed when it was open."""
    known = run.offered.get(control.ref, ())
    if control.options or not known:
        return control
    options = tuple(Option(value=text, text=text) for text in known)
    return replace(control, options=options, options_total=len(options))

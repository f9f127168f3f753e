"""What do the pages of the business form show? Values, progress and proposals, put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Request

from dbolt.domain.eligibility import Business, Handling, handling, ranked
from dbolt.domain.fields import SPECS, Field
from dbolt.domain.lifecycle import JobState
from dbolt.forms.values.trades import trades_of
from serve_app import drafts, logos, photos
from serve_app.accounts import latest_profile
from serve_app.api.jobs import job_or_404
from serve_app.asks import Asks, Cost, Costs, costs_of
from serve_app.drafts import Draft
from serve_app.identity import Viewer, reading
from serve_app.logos import Logo
from serve_app.parts import parts_of
from serve_app.photos import Photo
from serve_app.problems import Problem
from serve_app.qualification import Catalogue
from serve_app.records import Job
from serve_app.web.profile_checks import advice_in, missing_in, problems_in
from serve_app.web.profile_fields import DAYS, Step, labels, step_called, steps
from serve_app.web.profile_form import step_values, values_of

TAKEN = "This job has its profile already; what is typed here would change nothing."


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one job: everything that was typed, step by step, and its pictures.

    photos: in their order; those that were taken out are behind the others.
    """

    job: Job
    draft: Draft
    base: dict[str, str]
    logo: Logo | None
    photos: Sequence[Photo] = ()

    def of_step(self, key: str) -> dict[str, str]:
        """One step's values: as saved, else as an earlier job of the customer had them."""
        return step_values(key, self.base) | self.draft.step(key).fields

    @property
    def values(self) -> dict[str, str]:
        """All steps' values."""
        return {name: value for step in steps() for name, value in self.of_step(step.key).items()}

    @property
    def has_logo(self) -> bool:
        """Whether there is a logo that is not taken out."""
        return self.logo is not None and not self.logo.removed

    @property
    def has_photos(self) -> bool:
        """Whether there is a photo that is not taken out."""
        return any(not photo.removed for photo in self.photos)

    def proposals(self, step: Step, values: Mapping[str, str]) -> dict[str, dict[str, str]]:
        """What the website says on this step's empty fields, by field."""
        names = {field.name for field in step.fields}
        return {
            name: told
            for name, told in self.draft.found.items()
            if name in names and not values.get(name, "").strip()
        }


async def form_of(request: Request, viewer: Viewer, job_id: UUID) -> Form:
    """The job's form. Raises Problem(404) for a job that *viewer* does not have."""
    parts = parts_of(request)
    job = await job_or_404(parts, viewer, job_id)
    async with reading(parts, viewer) as connection:
        known = await latest_profile(connection, job.customer_id)
        draft = await drafts.read(connection, job.order_id)
        logo = await logos.logo_of(connection, job.order_id)
        taken = await photos.photos_of(connection, job.order_id)
    base = values_of(known) if known else {"email": job.email, "address.country": "US"}
    return Form(job, draft, base, logo, taken)


async def open_form(request: Request, viewer: Viewer, job_id: UUID) -> Form:
    """The same for writing. Raises Problem(409) once the job has its profile."""
    form = await form_of(request, viewer, job_id)
    if form.job.state is not JobState.AWAITING_PROFILE:
        raise Problem(409, TAKEN)
    return form


def step_or_404(key: str) -> Step:
    """The step of an address. Raises Problem(404)."""
    step = step_called(key)
    if step is None:
        raise Problem(404, "There is no such page of the form.")
    return step


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one step is. `state`: done, open (something is needed) or wrong."""

    step: Step
    filled: int
    fields: int
    needed: tuple[str, ...]
    wrong: int
    advice: int

    @property
    def state(self) -> str:
        if self.wrong:
            return "wrong"
        if self.needed:
            return "open"
        return "done" if self.filled else "empty"

    @property
    def words(self) -> str:
        """The state as the list of steps says it."""
        if self.wrong:
            return f"{self.wrong} to mend"
        if self.needed:
            return f"{len(self.needed)} still needed"
        return f"{self.filled} of {self.fields} filled in" if self.filled else "optional"


def progress_of(form: Form, step: Step) -> Progress:
    """How far *step* is."""
    values = form.values
    filled = sum(bool(values.get(field.name, "").strip()) for field in step.fields)
    fields = len(step.fields)
    if step.key == "hours":
        fields, filled = len(DAYS), _days_told(values)
    if step.key == "media":
        fields, filled = fields + 2, filled + form.has_logo + form.has_photos
    return Progress(
        step,
        filled,
        fields,
        tuple(field.label for field in missing_in(step, values)),
        len(problems_in(step, values)),
        len(advice_in(step, values)),
    )


def _days_told(values: Mapping[str, str]) -> int:
    return sum(
        any(values.get(f"hours.{day}.{part}") for part in ("opens", "closed")) for day, _ in DAYS
    )


@dataclass(frozen=True, slots=True)
class Empty:
    """A field that is empty, where it is (page and control), and what that costs."""

    label: str
    step: str
    control: str
    cost: Cost


@dataclass(frozen=True, slots=True)
class Meter:
    """How complete the form is, and what directories are known to want of it.

    `costs`: empty fields with what they cost, the dearest first; `known`: of how many of the
    directories that fit it is known which facts they ask for.
    """

    done: int
    of: int
    fits: int
    total: int
    automatic: int
    known: int
    costs: tuple[Empty, ...]
    calls: int
    letters: int

    @property
    def percent(self) -> int:
        """Filled-in fields in a hundred, whole."""
        return 100 * self.done // self.of if self.of else 0


async def meter_of(request: Request, form: Form) -> Meter:
    """The meter for what is typed so far."""
    catalogue: Catalogue = request.app.state.catalogue
    entries = await catalogue.entries(parts_of(request).pool)
    values, progress = form.values, [progress_of(form, step) for step in steps()]
    kinds = [values.get("category", ""), *values.get("categories", "").split(",")]
    business = Business(values.get("address.country") or "US", trades_of(filter(None, kinds)))
    fits = ranked(entries, business)
    asks: Asks = request.app.state.asks
    costs = costs_of(fits, await asks.known(parts_of(request).pool))
    return Meter(
        done=sum(one.filled for one in progress),
        of=sum(one.fields for one in progress),
        fits=len(fits),
        total=len(entries),
        automatic=sum(handling(one, business) is Handling.AUTOMATIC for one in fits),
        known=costs.known,
        costs=_empty(costs, form),
        calls=sum("phone" in one.verification.split("|") for one in fits),
        letters=sum("postcard" in one.verification.split("|") for one in fits),
    )


def _empty(costs: Costs, form: Form) -> tuple[Empty, ...]:
    """Empty fields that directories are known to ask for, the dearest first."""
    values = form.values
    found = []
    for step in steps():
        fields = () if step.key == "hours" else step.fields
        for field in fields:
            # Without what is required nothing starts at all, and the meter says so first.
            if not field.required and not values.get(field.name, "").strip():
                cost = costs.of_any(_asked_as(field.name))
                found.append(Empty(field.label, step.key, f"f-{field.name}", cost))
    others = (
        (Field.HOURS, "hours", "f-hours.mon.opens", _days_told(values) > 0),
        (Field.LOGO, "media", "f-logo", form.has_logo),
        (Field.PHOTO, "media", "f-photos", form.has_photos),
    )
    for what, key, control, told in others:
        if not told:
            found.append(Empty(SPECS[what].label, key, control, costs.of_any([what])))
    dear = [one for one in found if one.cost.asked]
    return tuple(sorted(dear, key=lambda one: (-one.cost.required, -one.cost.asked)))


_ELSEWHERE = {
    "email": {Field.EMAIL, Field.EMAIL_CONFIRM},
    "address.street": {Field.STREET, Field.ADDRESS, Field.HOUSE_NUMBER},
    "contact.first_name": {Field.CONTACT_FIRST_NAME, Field.CONTACT_NAME},
    "contact.last_name": {Field.CONTACT_LAST_NAME, Field.CONTACT_NAME},
    "contact.role": {Field.CONTACT_ROLE},
    "contact.title": {Field.CONTACT_TITLE},
}
"""Fields of the form that directories ask for under several names, or under another one."""


def _asked_as(name: str) -> set[Field]:
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    last = name.rpartition(".")[2]
    return {Field(last)} if last in set(Field) else set()


def neighbours(step: Step) -> tuple[str, str]:
    """The pages before and after *step*: nothing for the overview, `review` behind the last."""
    keys = [each.key for each in steps()]
    at = keys.index(step.key)
    return (
        keys[at - 1] if at else "",
        keys[at + 1] if at + 1 < len(keys) else "review",
    )


def shared(form: Form) -> dict[str, Any]:
    """What every page of the form shows."""
    return {
        "form": form,
        "job": form.job,
        "progress": [progress_of(form, step) for step in steps()],
        "labels": labels(),
        "days": DAYS,
    }

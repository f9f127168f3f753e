"""Which value does this control accept? A profile's fact in the form the control asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dbolt.domain.fields import SOCIAL, Field
from dbolt.forms.values import (
    categories,
    consent,
    hours,
    images,
    links,
    numbers,
    people,
    phones,
    places,
    plans,
    several,
    texts,
)
from dbolt.forms.values.ask import Ask, Offer

__all__ = ["Ask", "Offer", "value_for"]

_Rule = Callable[[Ask], Offer | None]

_RULES: Mapping[Field, _Rule] = {
    **dict.fromkeys(
        (Field.BUSINESS_NAME, Field.LEGAL_NAME, Field.TAGLINE, Field.SERVICE_AREA, Field.VAT_ID),
        texts.name,
    ),
    Field.DESCRIPTION: texts.description,
    Field.SHORT_DESCRIPTION: texts.description,
    Field.KEYWORDS: texts.keywords,
    Field.CATEGORY: categories.category,
    Field.CONTACT_TITLE: people.title,
    **dict.fromkeys(
        (
            Field.CONTACT_NAME,
            Field.CONTACT_FIRST_NAME,
            Field.CONTACT_LAST_NAME,
            Field.CONTACT_ROLE,
            Field.EMAIL,
            Field.EMAIL_CONFIRM,
        ),
        people.contact,
    ),
    **dict.fromkeys((Field.PHONE, Field.MOBILE, Field.FAX, Field.WHATSAPP), phones.phone),
    **dict.fromkeys((Field.WEBSITE, Field.BOOKING_URL, Field.VIDEO), links.website),
    **dict.fromkeys(SOCIAL, links.social),
    Field.ADDRESS: places.address,
    Field.STREET: places.street,
    Field.HOUSE_NUMBER: places.house_number,
    Field.UNIT: places.plain_part,
    Field.CITY: places.plain_part,
    Field.COUNTY: places.plain_part,
    Field.STATE: places.state,
    Field.POSTAL_CODE: places.postal_code,
    Field.COUNTRY: places.country,
    Field.LATITUDE: numbers.number,
    Field.LONGITUDE: numbers.number,
    Field.HOURS: hours.hours,
    Field.YEAR_FOUNDED: numbers.number,
    Field.EMPLOYEES: numbers.employees,
    Field.PRICE_RANGE: numbers.price_range,
    Field.PAYMENT_METHODS: several.several,
    Field.LANGUAGES: several.several,
    Field.LOGO: images.picture,
    Field.PHOTO: images.picture,
    **dict.fromkeys(
        (Field.ACCOUNT_USERNAME, Field.ACCOUNT_PASSWORD, Field.ACCOUNT_PASSWORD_CONFIRM),
        people.account,
    ),
    Field.PLAN: plans.plan,
    Field.TERMS: consent.terms,
    Field.NEWSLETTER: consent.newsletter,
}


def value_for(ask: Ask) -> Offer | None:
    """What to put into the control; None where the profile or the control has nothing fitting.

    CAPTCHA has no rule: a captcha is never answered from a profile.
    """
    rule = _RULES.get(ask.field)
    return rule(ask) if rule else None

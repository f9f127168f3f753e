"""What does the profile say for each field? Its plain values, before any form bends them."""

from __future__ import annotations

from collections.abc import Callable

from dbolt.domain.fields import Field
from dbolt.domain.profile import Profile


def expected_fields(profile: Profile) -> dict[Field, str]:
    """What a site should hold for each field that the profile has a value for, as plain text."""
    told = {field: value(profile) for field, value in VALUES.items()}
    return {field: str(value) for field, value in told.items() if value not in ("", None)}


VALUES: dict[Field, Callable[[Profile], object]] = {
    Field.BUSINESS_NAME: lambda p: p.business_name,
    Field.LEGAL_NAME: lambda p: p.legal_name,
    Field.TAGLINE: lambda p: p.tagline,
    Field.DESCRIPTION: lambda p: p.descriptions[0],
    Field.SHORT_DESCRIPTION: lambda p: p.descriptions[-1],
    Field.CATEGORY: lambda p: p.category,
    Field.KEYWORDS: lambda p: ", ".join(p.keywords),
    Field.CONTACT_TITLE: lambda p: p.contact.title,
    Field.CONTACT_NAME: lambda p: p.contact.name,
    Field.CONTACT_FIRST_NAME: lambda p: p.contact.first_name,
    Field.CONTACT_LAST_NAME: lambda p: p.contact.last_name,
    Field.CONTACT_ROLE: lambda p: p.contact.role,
    Field.EMAIL: lambda p: p.email,
    Field.EMAIL_CONFIRM: lambda p: p.email,
    Field.PHONE: lambda p: p.phone,
    Field.MOBILE: lambda p: p.mobile,
    Field.FAX: lambda p: p.fax,
    Field.WHATSAPP: lambda p: p.whatsapp,
    Field.WEBSITE: lambda p: p.website,
    Field.BOOKING_URL: lambda p: p.booking_url,
    Field.ADDRESS: lambda p: (
        f"{p.address.street}, {p.address.city}, {p.address.state} {p.address.postal_code}"
    ),
    Field.STREET: lambda p: p.address.street,
    Field.UNIT: lambda p: p.address.unit,
    Field.CITY: lambda p: p.address.city,
    Field.COUNTY: lambda p: p.address.county,
    Field.STATE: lambda p: p.address.state,
    Field.POSTAL_CODE: lambda p: p.address.postal_code,
    Field.COUNTRY: lambda p: p.address.country,
    Field.LATITUDE: lambda p: p.latitude,
    Field.LONGITUDE: lambda p: p.longitude,
    Field.YEAR_FOUNDED: lambda p: p.year_founded,
    Field.EMPLOYEES: lambda p: p.employees,
    Field.PRICE_RANGE: lambda p: p.price_range,
    Field.PAYMENT_METHODS: lambda p: ", ".join(p.payment_methods),
    Field.LANGUAGES: lambda p: ", ".join(p.languages),
    Field.SERVICE_AREA: lambda p: p.service_area,
    Field.VAT_ID: lambda p: p.vat_id,
    Field.LOGO: lambda p: p.logo.name if p.logo else "",
    Field.VIDEO: lambda p: p.video,
    Field.FACEBOOK: lambda p: p.social.facebook,
    Field.INSTAGRAM: lambda p: p.social.instagram,
    Field.X: lambda p: p.social.x,
    Field.LINKEDIN: lambda p: p.social.linkedin,
    Field.YOUTUBE: lambda p: p.social.youtube,
    Field.TIKTOK: lambda p: p.social.tiktok,
    Field.PINTEREST: lambda p: p.social.pinterest,
}
